// The inverse Fourier transform against torch.fft.irfftn(norm="ortho"), and its adjoint.

import Foundation
import Reference
import Testing

@testable import ViT

struct InverseDFTTests {
    /// Real part sin(1 + 0.7·c + 1.3·k + 2.1·j), imaginary part cos(2 + 0.9·c + 1.1·k + 0.6·j).
    private func spectrum(_ transform: InverseDFT) -> [Float] {
        var values: [Float] = []
        for c in 0..<3 {
            for k in 0..<transform.columns {
                values += (0..<transform.height).map {
                    Float(sin(1 + 0.7 * Double(c) + 1.3 * Double(k) + 2.1 * Double($0)))
                }
                values += (0..<transform.height).map {
                    Float(cos(2 + 0.9 * Double(c) + 1.1 * Double(k) + 0.6 * Double($0)))
                }
            }
        }
        return values
    }

    private func image(_ transform: InverseDFT, _ spectrum: [Float]) -> [Float] {
        let count = transform.height * transform.width
        return filled(3 * count) { transform.forward(spectrum: spectrum, image: $0, plane: count) }
    }

    @Test func evenSizeIsTorchs() {
        let expected: [Float] = [
            0.091311, 0.926168, 1.063182, -0.113505, -1.237477, 0.311395, 0.457233, 2.354638, 0.223787, -0.190213,
            -0.530153, -0.12196, 0.859237, 0.380539, -0.878354, 0.036659, -0.761759, -0.780236, -1.027793, 0.904389,
            -0.051618, -0.184078, 1.447071, 0.943887, -0.24768, -0.73151, 1.099069, -0.10036, -0.626296, 1.825752,
            -0.36071, 1.773386, 1.405238, -0.120073, -0.426079, 0.532424, 0.75973, 0.977343, -0.482587, -0.099436,
            -0.967586, 0.106827, -1.122721, 0.559019, 0.364299, -0.081553, 1.488114, -0.666466, -0.470184, -1.678865,
            0.370918, -0.040014, 0.526569, 2.115147, -1.118149, 0.008619, 1.937655, 0.012057, -0.008405, 0.940211,
            0.30291, 0.989802, 0.07068, -0.188765, -0.648875, 1.068334, -0.580471, -0.053076, 0.495674, 0.05381,
            0.817403, -1.613904,
        ]
        let transform = InverseDFT(height: 4, width: 6)
        #expect(relativeError(image(transform, spectrum(transform)), expected) < 2e-6)
    }

    @Test func oddSizeIsTorchs() {
        // The first channel of three.
        let expected: [Float] = [
            -0.365227, -0.55843, 2.029826, -0.293655, 0.349872, -1.232913, 1.105615, 0.280421, 1.287777, 0.403591,
            -0.171489, 0.006733, -0.342326, 0.349413, 0.59365, 2.463487, -1.280404, -0.567146, -0.213373, -0.372152,
            0.444886, 0.296362, 1.172349, 0.318534, -0.439095, -0.212096, -1.558772, 1.193871, -1.242206, 0.51625,
            0.617241, 0.12137, 0.376255, 1.555805, -1.655816,
        ]
        let transform = InverseDFT(height: 5, width: 7)
        #expect(relativeError(Array(image(transform, spectrum(transform)).prefix(35)), expected) < 2e-6)
    }

    @Test(arguments: 0..<8)
    func backwardIsTheAdjoint(seed: Int) {
        var samples = SampleGenerator(seed: seed)
        let transform = InverseDFT(height: 3 + seed, width: 9 - seed)
        let count = transform.height * transform.width
        let x = samples.values(6 * transform.columns * transform.height)
        let y = samples.values(3 * count)
        let forward = innerProduct(image(transform, x), y)
        let adjoint = filled(6 * transform.columns * transform.height) {
            transform.backward(dImage: y, plane: count, dSpectrum: $0)
        }
        #expect(abs(forward - innerProduct(x, adjoint)) < 1e-4)
    }

    @Test func frequenciesAreNumpys() {
        let transform = InverseDFT(height: 5, width: 4)
        // fftfreq(5) = 0, 0.2, 0.4, −0.4, −0.2; fftfreq(4)[:3] = 0, 0.25, −0.5.
        #expect((0..<5).map { transform.frequency(column: 0, row: $0) } == [0, 0.2, 0.4, 0.4, 0.2])
        #expect((0..<3).map { transform.frequency(column: $0, row: 0) } == [0, 0.25, 0.5])
    }
}
