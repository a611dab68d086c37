// Paths as text.

import Testing

@testable import Support

@Suite struct FileSystemTests {
    @Test(arguments: [
        ("", ""), (".", ""), ("a", ""), ("a/", ""), ("a/b", "a"), ("./a", "."), ("a//b/", "a"), ("/", "/"), ("//", "/"),
        ("/a", "/"), ("//a", "/"), ("/a/b.c", "/a"), ("../a", ".."),
    ])
    func parent(_ path: String, _ folder: String) {
        #expect(FileSystem.parent(of: path) == folder)
    }
}
