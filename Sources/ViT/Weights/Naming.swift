// How a checkpoint's naming is recognised.

/// The library whose names a checkpoint's tensors have, and the family if the library names it otherwise.
public enum Naming: String, Sendable, CaseIterable {
    /// torchvision's `VisionTransformer`, also with the older `mlp.linear_1`, `mlp.linear_2`.
    case torchvision
    /// timm's `VisionTransformer` and `VisionTransformerDistilled`; also DeiT's, MAE's, DINOv2's and DINOv3's own files.
    case timm
    /// Hugging Face's `ViTModel`, `DeiTModel`, `Dinov2Model` and their classifiers.
    case huggingFace = "Hugging Face"
    /// Hugging Face's `CLIPModel` and `SiglipModel`, and their vision towers.
    case huggingFaceCLIP = "Hugging Face (CLIP)"
    /// Hugging Face's `DINOv3ViTModel`.
    case huggingFaceDINOv3 = "Hugging Face (DINOv3)"
    /// OpenCLIP's `CLIP`, and OpenAI's own files.
    case openCLIP = "OpenCLIP"

    /// The patch projection's weight, by which a naming is recognised.
    var signature: String { names.patchProjection + ".weight" }
}

/// Where in a file the model's tensors are: their naming and their names' prefixes.
struct ModelPlace {
    let naming: Naming
    /// The prefix of every name, e.g. `model.module.`.
    let prefix: String
    /// The prefix of the backbone's names: `prefix`, and `vit.` or `deit.` in Hugging Face's classifiers.
    let backbonePrefix: String
    /// The prefixes of the file's other models.
    private(set) var otherPrefixes: [String] = []

    /// Wrappers that training scripts put around a model's names.
    static let wrappers = ["module", "_orig_mod", "model", "state_dict", "model_state_dict"]

    /// Finds the model in a file; StateDictChoice.swift chooses among several.
    ///
    /// - Parameter stateDict: which of several models, as the user states it; nil for nothing.
    /// - Throws: `ViTError` if there is none, or if it is not clear which.
    init(in file: any WeightFile, stateDict: String?) throws {
        var places: [ModelPlace] = []
        for naming in Naming.allCases {
            for name in file.tensors.keys where name == naming.signature || name.hasSuffix("." + naming.signature) {
                let prefix = String(name.dropLast(naming.signature.count))
                // Other networks have a `conv1`, too, but not under `visual`.
                guard naming.names.modelPrefixes.contains(where: prefix.hasSuffix) else { continue }
                places.append(ModelPlace(naming: naming, backbonePrefix: prefix))
            }
        }
        guard !places.isEmpty else { throw Self.noModel(in: file) }
        self = try Self.choose(among: places, stated: stateDict, path: file.path)
        otherPrefixes = places.map(\.prefix).filter { $0 != prefix }.sorted()
    }

    private init(naming: Naming, backbonePrefix: String) {
        let inner = naming.names.modelPrefixes.first { !$0.isEmpty && backbonePrefix.hasSuffix($0) } ?? ""
        self.naming = naming
        self.prefix = String(backbonePrefix.dropLast(inner.count))
        self.backbonePrefix = backbonePrefix
    }

    private static func noModel(in file: any WeightFile) -> ViTError {
        let expected = Naming.allCases.map { "'\($0.signature)' (\($0.rawValue))" }.joined(separator: ", ")
        guard let first = file.tensors.keys.min() else {
            return ViTError("\(file.path): holds no tensors. Name a file with a Vision Transformer's weights.")
        }
        if let other = OtherModel.of(file, after: "") { return other.model.error(file.path, tensor: other.tensor) }
        return ViTError(
            "\(file.path): is not a supported Vision Transformer: none of its \(file.tensors.count) tensors is a "
                + "patch projection (\(expected)); the first is '\(first)'. Name the checkpoint of a Vision Transformer."
        )
    }
}
