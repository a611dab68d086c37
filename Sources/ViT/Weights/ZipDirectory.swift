// The directory of a zip archive (PKWARE APPNOTE 6.3.9): where each entry's bytes are. Nothing is decompressed; PyTorch
// stores its tensors as they are.

/// The entries of a zip archive in a mapped file.
struct ZipDirectory {
    /// An entry: where its bytes are in the file, and how they are encoded.
    struct Entry {
        let range: Range<Int>
        /// 0: stored as it is.
        let method: UInt16
    }

    /// All entries by their full names.
    let entries: [String: Entry]

    /// The most entries that are read; bounds the memory that a damaged directory can ask for.
    private static let maximumEntryCount: UInt64 = 100_000

    /// Reads the directory at the file's end, also of 64-bit archives.
    ///
    /// - Throws: `ViTError` for a file without a directory, and for entries that overlap or lie outside the file.
    init(_ file: MappedFile) throws {
        let zip = LittleEndianReader(file: file)
        let end = try Self.findEnd(zip)
        var count = UInt64(try zip.read(UInt16.self, at: end + 10))
        var size = UInt64(try zip.read(UInt32.self, at: end + 12))
        var start = UInt64(try zip.read(UInt32.self, at: end + 16))
        if end >= 20, try zip.read(UInt32.self, at: end - 20) == 0x0706_4b50 {
            // The 64-bit end record, which the locator before the end record points to.
            let record = try zip.offset(try zip.read(UInt64.self, at: end - 12))
            guard try zip.read(UInt32.self, at: record) == 0x0606_4b50 else {
                throw zip.damaged("the 64-bit directory record is not at byte \(record)")
            }
            count = try zip.read(UInt64.self, at: record + 32)
            size = try zip.read(UInt64.self, at: record + 40)
            start = try zip.read(UInt64.self, at: record + 48)
        }
        guard count <= Self.maximumEntryCount, start <= UInt64(end), size <= UInt64(end) - start else {
            throw zip.damaged("the directory claims \(count) entries in \(size) bytes at byte \(start): impossible")
        }

        var entries: [String: Entry] = [:]
        var place = Int(start)
        for _ in 0..<count {
            let (name, entry, next) = try Self.entry(zip, at: place)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw zip.damaged("two entries are named '\(name)'")
            }
            place = next
        }
        var previous = (name: "", end: 0)
        for (name, entry) in entries.sorted(by: { $0.value.range.lowerBound < $1.value.range.lowerBound }) {
            guard entry.range.isEmpty || entry.range.lowerBound >= previous.end else {
                throw zip.damaged("entries '\(previous.name)' and '\(name)' overlap")
            }
            if !entry.range.isEmpty { previous = (name, entry.range.upperBound) }
        }
        self.entries = entries
    }

    /// Where the end-of-directory record begins: the last one in the file; a comment of up to 65,535 bytes may follow.
    private static func findEnd(_ zip: LittleEndianReader) throws -> Int {
        let count = zip.file.count
        for place in stride(from: count - 22, through: max(0, count - 22 - 0xffff), by: -1) {
            guard zip.file[place] == 0x50, try zip.read(UInt32.self, at: place) == 0x0605_4b50 else { continue }
            return place
        }
        throw zip.damaged("the directory at the end is missing")
    }

    private static func entry(
        _ zip: LittleEndianReader, at place: Int
    ) throws -> (name: String, entry: Entry, next: Int) {
        guard try zip.read(UInt32.self, at: place) == 0x0201_4b50 else {
            throw zip.damaged("there is no directory entry at byte \(place)")
        }
        let flags = try zip.read(UInt16.self, at: place + 8)
        let method = try zip.read(UInt16.self, at: place + 10)
        var stored = UInt64(try zip.read(UInt32.self, at: place + 20))
        let unpacked = try zip.read(UInt32.self, at: place + 24)
        let nameLength = Int(try zip.read(UInt16.self, at: place + 28))
        let extraLength = Int(try zip.read(UInt16.self, at: place + 30))
        let commentLength = Int(try zip.read(UInt16.self, at: place + 32))
        var header = UInt64(try zip.read(UInt32.self, at: place + 42))
        let name = try zip.text(at: place + 46, count: nameLength)
        guard flags & 1 == 0 else { throw zip.damaged("entry '\(name)' is encrypted") }

        // The 64-bit field (id 1) has, in this order, only those values that do not fit into the 32-bit ones.
        let extraEnd = place + 46 + nameLength + extraLength
        var extra = place + 46 + nameLength
        while extra + 4 <= extraEnd {
            let length = Int(try zip.read(UInt16.self, at: extra + 2))
            if try zip.read(UInt16.self, at: extra) == 1 {
                var field = extra + 4
                if unpacked == .max { field += 8 }
                if stored == UInt64(UInt32.max) {
                    stored = try zip.read(UInt64.self, at: field)
                    field += 8
                }
                if header == UInt64(UInt32.max) { header = try zip.read(UInt64.self, at: field) }
                break
            }
            extra += 4 + length
        }

        let local = try zip.offset(header)
        guard try zip.read(UInt32.self, at: local) == 0x0403_4b50 else {
            throw zip.damaged("entry '\(name)' does not begin at byte \(local)")
        }
        let localName = Int(try zip.read(UInt16.self, at: local + 26))
        let start = local + 30 + localName + Int(try zip.read(UInt16.self, at: local + 28))
        guard start <= zip.file.count, stored <= UInt64(zip.file.count - start) else {
            throw zip.damaged("entry '\(name)' has \(stored) bytes from byte \(start) on, beyond the file's end")
        }
        return (name, Entry(range: start..<start + Int(stored), method: method), extraEnd + commentLength)
    }
}

/// Reads little-endian integers from a mapped zip archive; every offset is checked.
struct LittleEndianReader {
    let file: MappedFile

    func damaged(_ problem: String) -> ViTError {
        ViTError(
            "\(file.path): the zip archive is truncated or damaged (\(file.count) bytes): \(problem). Download it again."
        )
    }

    func read<Value: FixedWidthInteger>(_ type: Value.Type, at place: Int) throws -> Value {
        guard let value = file.integer(type, at: place) else { throw damaged("it ends before byte \(place)") }
        return value
    }

    func text(at place: Int, count: Int) throws -> String {
        guard place >= 0, place <= file.count, count <= file.count - place else {
            throw damaged("it ends before byte \(place) + \(count)")
        }
        return String(decoding: file.copy(place..<place + count), as: UTF8.self)
    }

    /// An offset that the file states, checked to be inside it.
    func offset(_ stated: UInt64) throws -> Int {
        guard stated < UInt64(file.count) else { throw damaged("it refers to byte \(stated)") }
        return Int(stated)
    }
}
