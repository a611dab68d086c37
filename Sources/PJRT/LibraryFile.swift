// What the loader does not say clearly, or not at all: it maps a library that is cut short, and the process ends.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A shared library's file, looked at before it is loaded.
struct LibraryFile {
    private let descriptor: Int32
    private let size: Int

    /// Throws if the file cannot be a library of this machine; what cannot be opened is left to the loader, which knows
    /// other folders.
    ///
    /// - Throws: `PJRTError` of kind `notAPlugin`.
    static func check(_ path: String) throws {
        #if os(Linux)
            let descriptor = open(path, O_RDONLY)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw PJRTError(.notAPlugin, "\(path) is no file; a PJRT plugin is a shared library.")
            }
            try LibraryFile(descriptor: descriptor, size: Int(status.st_size)).checkELF(path)
        #endif
    }

    /// Machines by their numbers in ELF's headers.
    private static let machines: [UInt16: String] = [
        3: "x86", 21: "PowerPC", 22: "S/390", 40: "ARM", 62: "x86-64", 183: "AArch64", 243: "RISC-V",
    ]

    #if arch(x86_64)
        private static let ownMachine: UInt16? = 62
    #elseif arch(arm64)
        private static let ownMachine: UInt16? = 183
    #else
        private static let ownMachine: UInt16? = nil
    #endif

    /// Checks the header, and that the file has all bytes that are mapped (System V ABI, "Object Files").
    private func checkELF(_ path: String) throws {
        guard let header = bytes(64, at: 0), header.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw PJRTError(.notAPlugin, "\(path) is no shared library, so that it is no PJRT plugin.")
        }
        let machine: UInt16 = number(header, 18)
        // On other machines the loader decides.
        guard let ownMachine = Self.ownMachine else { return }
        guard machine == ownMachine, header[4] == 2 else {
            let name = Self.machines[machine] ?? "machine \(machine)"
            let own = Self.machines[ownMachine] ?? "machine \(ownMachine)"
            throw PJRTError(
                .notAPlugin, "\(path) is made for \(name)\(header[4] == 2 ? "" : ", 32 bits"); this machine is \(own).")
        }
        let (start, length, count): (UInt64, UInt16, UInt16) = (
            number(header, 32), number(header, 54), number(header, 56)
        )
        for index in 0..<Int(count) {
            guard let place = Int(exactly: start), length >= 56,
                let segment = bytes(56, at: place &+ index * Int(length)),
                let end = end(of: segment), end <= size
            else {
                throw PJRTError(
                    .notAPlugin, "\(path) is cut short or damaged (\(size) bytes): install the plugin again.")
            }
        }
    }

    /// Where a segment ends in the file; nil if it has no such end.
    private func end(of segment: [UInt8]) -> Int? {
        let (offset, length): (UInt64, UInt64) = (number(segment, 8), number(segment, 32))
        let (end, overflows) = offset.addingReportingOverflow(length)
        return overflows ? nil : Int(exactly: end)
    }

    private func bytes(_ count: Int, at offset: Int) -> [UInt8]? {
        guard offset >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
    }

    /// A number of the file, whose lowest byte is first on the machines that this program runs on.
    private func number<Number: FixedWidthInteger>(_ bytes: [UInt8], _ offset: Int) -> Number {
        bytes[offset..<offset + MemoryLayout<Number>.size].reversed().reduce(0) { $0 << 8 | Number($1) }
    }
}
