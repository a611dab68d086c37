// docs/methods.md holds every parameter of every preset, with its value and its source.

import Foundation
import Testing

@testable import ViT

struct MethodTableTests {
    /// The cells of each table of a text, the head's first, without backquotes.
    private static func tables(_ text: String) -> [[[String]]] {
        var tables: [[[String]]] = []
        var isInside = false
        for line in text.components(separatedBy: "\n") {
            guard line.hasPrefix("| ") else {
                isInside = false
                continue
            }
            if !isInside { tables.append([]) }
            isInside = true
            let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            if cells.contains(where: { $0 != "---" }) {
                tables[tables.count - 1].append(cells.map { $0.replacing("`", with: "") })
            }
        }
        return tables
    }

    /// The tables of the document: those of values, and the one of sources, which is the last.
    private static func document() throws -> (values: [[[String]]], sources: [[String]]) {
        let path = URL(filePath: #filePath).appending(path: "../../../../docs/methods.md").standardizedFileURL
        var tables = tables(try String(contentsOf: path, encoding: .utf8))
        let sources = tables.removeLast()
        return (tables, sources)
    }

    /// Whether a cell holds a value: a word, a number, or a fraction such as 4/224.
    private static func holds(_ cell: String, _ value: MethodValue) -> Bool {
        guard case .number(let number) = value else { return cell == value.description }
        let parts = cell.split(separator: "/").compactMap { Double($0) }
        return parts == [number] || parts.count == 2 && parts[0] / parts[1] == number
    }

    @Test func theValuesAreThePresets() throws {
        let tables = try Self.document().values
        try #require(tables.count == 5)
        var found: [String: [String: String]] = [:]
        for table in tables {
            #expect(table[0][0] == "Preset" && table.dropFirst().map { $0[0] } == Method.presets.map(\.name))
            for row in table.dropFirst() {
                try #require(row.count == table[0].count, "\(row)")
                for (name, cell) in zip(table[0], row).dropFirst() {
                    #expect(found[row[0], default: [:]].updateValue(cell, forKey: name) == nil, "\(name) twice")
                }
            }
        }
        for preset in Method.presets {
            var cells = try #require(found[preset.name])
            for (name, value) in preset.parameters {
                let cell = cells.removeValue(forKey: name)
                #expect(cell.map { Self.holds($0, value) } == true, "\(preset.name) has \(name) \(value)")
            }
            // What it does not have is a dash.
            #expect(cells.values.allSatisfy { $0 == "–" }, "\(preset.name): \(cells)")
        }
        // A column that no preset has a value for would be a name that no longer exists.
        let columns = Set(tables.flatMap { $0[0].dropFirst() })
        #expect(columns == Set(Method.presets.flatMap { $0.parameters.map(\.name) }))
    }

    @Test func everyValueHasOneSource() throws {
        let rows = try Self.document().sources
        #expect(rows[0] == ["Preset", "Parameters", "Source"] && rows.allSatisfy { $0.count == 3 && !$0[2].isEmpty })
        #expect(Set(rows.dropFirst().map { $0[0] }) == Set(Method.presets.map(\.name)))
        for preset in Method.presets {
            let named = rows.filter { $0[0] == preset.name }.flatMap { $0[1].components(separatedBy: ", ") }
            #expect(named.sorted() == preset.parameters.map(\.name).sorted(), "\(preset.name)")
        }
    }
}
