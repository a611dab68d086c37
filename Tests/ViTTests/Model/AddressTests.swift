// Addresses by torchvision's names and by those of other libraries.

import Testing

@testable import ViT

@Suite struct AddressTests {
    @Test(arguments: [
        ("blocks.3.mlp.fc1", Address.block(3, .mlp0)), ("blocks.0", .block(0, .output)),
        ("backbone.blocks.11.ls2", .block(11, .ls2)), ("vit.encoder.layer.3.intermediate.dense", .block(3, .mlp0)),
        ("encoder.layer.3.output.dense", .block(3, .mlp3)),
        ("vision_model.encoder.layers.3.mlp.fc1", .block(3, .mlp0)),
        ("vision_model.encoder.layers.10.self_attn.out_proj", .block(10, .selfAttention)),
        ("visual.transformer.resblocks.2.mlp.c_proj", .block(2, .mlp3)), ("layer.5.norm2", .block(5, .ln2)),
        ("vision_model.post_layernorm", .encoderNorm), ("norm", .encoderNorm), ("head", .head),
        ("visual_projection", .head),
    ])
    func otherLibrariesNamesAreAddresses(name: String, address: Address) {
        #expect(Address(name) == address)
        #expect(Address(address.description) == address)
        #expect(Address(address.shortName) == address)
    }

    @Test(arguments: [
        "blocks", "blocks.x.mlp", "blocks.03.mlp.fc1", "blocks.-1", "blocks.3.mlp.fc3", "norm3", "", ".",
        "text_model.encoder.layers.3.mlp.fc1", "a.head",
    ])
    func otherTextsAreNone(name: String) {
        #expect(Address(name) == nil)
    }
}
