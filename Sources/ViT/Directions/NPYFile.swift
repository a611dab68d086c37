// NumPy's format for one array (numpy/lib/format.py, versions 1 to 3): a magic string, a Python dict that describes the
// array, and its values.

import Foundation

/// The array of an `.npy` file.
struct NPYFile {
    let file: MappedFile
    /// The array, named by the file.
    let tensor: StoredTensor

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The longest header that is read, in bytes; NumPy writes some 100.
    private static let maximumHeaderLength = 1 << 16

    /// Whether the bytes begin like an NPY file.
    static func matches(_ file: MappedFile) -> Bool { file.starts(with: magic) }

    /// Opens and checks a file: the array must fill it.
    ///
    /// - Throws: `ViTError` for a file that breaks the format, and for values that are no little-endian floats.
    init(_ file: MappedFile, name: String) throws {
        func damaged(_ what: String) -> ViTError {
            ViTError("\(file.path): \(what). The file is damaged or not an .npy file; write it again with numpy.save.")
        }
        guard Self.matches(file) else { throw damaged("does not begin with NumPy's magic string") }
        let version = file.integer(UInt8.self, at: 6)
        let (start, length): (Int, Int?) =
            switch version {
            case 1: (10, file.integer(UInt16.self, at: 8).map(Int.init))
            case 2, 3: (12, file.integer(UInt32.self, at: 8).map(Int.init))
            default: throw damaged("has version \(version ?? 0) of NumPy's format; 1, 2 or 3 is expected")
            }
        guard let length, length <= Self.maximumHeaderLength, length <= file.count - start else {
            throw damaged("its header is longer than the file, or than \(Self.maximumHeaderLength) bytes")
        }
        guard let header = NPYHeader(file.copy(start..<start + length)) else {
            throw damaged("its header is not a dict of 'descr', 'fortran_order' and 'shape'")
        }
        let types: [Substring: ElementType] = ["f2": .float16, "f4": .float32, "f8": .float64]
        guard let type = types[header.type.dropFirst()], "<=|".contains(header.type.prefix(1)) else {
            throw ViTError(
                "\(file.path): holds values of NumPy's type '\(header.type.prefix(40))'; little-endian floats are "
                    + "expected ('<f2', '<f4' or '<f8'). Write it again: numpy.save(file, array.astype('<f4')).")
        }
        let data = start + length..<file.count
        guard let count = product(header.shape), let bytes = product([count, type.size]), bytes == data.count else {
            throw damaged(
                "an array of shape \(shapeText(header.shape)) and type '\(header.type)' does not take the "
                    + "\(data.count) bytes that follow its header")
        }
        let columnMajor = header.shape.indices.map { header.shape[..<$0].reduce(1, &*) }
        self.file = file
        tensor = try StoredTensor(
            name: name, shape: header.shape, strides: header.isFortranOrder ? columnMajor : nil, type: type, in: data,
            of: file)
    }
}

/// The dict in an NPY file's header.
private struct NPYHeader {
    let type: String
    let isFortranOrder: Bool
    let shape: [Int]

    /// Reads the Python literal, e.g. `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`; nil if it is none.
    init?(_ bytes: some Sequence<UInt8>) {
        var scanner = Scanner(bytes: Array(bytes))
        var (type, order, shape): (String?, Bool?, [Int]?)
        guard scanner.take("{") else { return nil }
        while !scanner.take("}") {
            guard let key = scanner.string(), scanner.take(":") else { return nil }
            switch key {
            case "descr" where type == nil: type = scanner.string()
            case "fortran_order" where order == nil:
                order = scanner.take("True") ? true : scanner.take("False") ? false : nil
            case "shape" where shape == nil: shape = scanner.tuple()
            default: return nil
            }
            guard scanner.take(",") || scanner.isAt("}") else { return nil }
        }
        guard let type, let order, let shape, scanner.isAtEnd else { return nil }
        (self.type, isFortranOrder, self.shape) = (type, order, shape)
    }

    /// Reads tokens of a Python literal; white space before each is skipped.
    private struct Scanner {
        let bytes: [UInt8]
        var place = 0

        private mutating func skipSpace() {
            while place < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
        }

        mutating func isAt(_ token: String) -> Bool {
            skipSpace()
            return bytes[place...].starts(with: token.utf8)
        }

        mutating func take(_ token: String) -> Bool {
            guard isAt(token) else { return false }
            place += token.utf8.count
            return true
        }

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return place == bytes.count
            }
        }

        /// A string in quotes, without escapes.
        mutating func string() -> String? {
            skipSpace()
            guard place < bytes.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[place]),
                let end = bytes[(place + 1)...].firstIndex(of: bytes[place])
            else { return nil }
            defer { place = end + 1 }
            return String(decoding: bytes[place + 1..<end], as: UTF8.self)
        }

        /// A tuple of sizes.
        mutating func tuple() -> [Int]? {
            guard take("(") else { return nil }
            var sizes: [Int] = []
            while !take(")") {
                skipSpace()
                let digits = bytes[place...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                guard let size = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                place += digits.count
                sizes.append(size)
                guard take(",") || isAt(")") else { return nil }
            }
            return sizes
        }
    }
}

/// The NPY files of a request: the matrix, and the vectors beside it.
struct NPYFiles: WeightFile {
    let path: String
    let format = "NumPy array"
    let files: [MappedFile]
    let metadata: [String: String] = [:]
    let tensors: [String: StoredTensor]

    /// Opens the matrix's file and those that the request names as bias, centre and threshold, relative to `folder`.
    ///
    /// - Throws: `ViTError` as `NPYFile`.
    init(_ matrix: MappedFile, _ request: DirectionRequest, folder: URL) throws {
        path = matrix.path
        let name = URL(filePath: matrix.path).lastPathComponent
        var arrays = [try NPYFile(matrix, name: name)]
        var threshold: String?
        if case .tensor(let name)? = request.threshold { threshold = name }
        for beside in [request.bias, request.centre, threshold].compactMap({ $0 }) {
            let path = folder.appending(path: beside).path(percentEncoded: false)
            arrays.append(try NPYFile(MappedFile(path: path), name: beside))
        }
        files = arrays.map(\.file)
        tensors = Dictionary(arrays.map { ($0.tensor.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    }
}
