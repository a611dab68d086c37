// Draws the cards of pages, and keeps those that every build would draw again.

import Foundation
import Render
import Runs
import Support

/// Writes cards into a site.
struct CardFiles: Sendable {
    let library: RunLibrary
    let files: SiteFiles

    /// Draws a card and writes it.
    func write(_ card: PageCard) throws {
        try files.write(try drawn(card, try card.pictures.compactMap(source)).bytes, to: card.path)
    }

    /// Writes cards that are the same as in the last build, unless a text or a picture has changed: they come from the
    /// store, because drawing one takes a twentieth of a second and a blog has hundreds. The store keeps no others.
    func writeKept(_ cards: [PageCard]) throws {
        let results = library.clock.measure(.render, "social cards", cards.count, "cards") {
            concurrently(cards.count) { index in
                defer { library.clock.advance() }
                return Result { try writeKept(cards[index]) }
            }
        }
        let names = Set(try results.map { try $0.get() })
        // If this fails, files stay that nobody reads.
        try? library.store.removeSealed(in: Self.folder, but: names)
    }

    private static let folder = "cards"

    /// Writes a card and returns its name in the store.
    private func writeKept(_ card: PageCard) throws -> String {
        let sources = try card.pictures.compactMap(source)
        let inputs =
            ["\(SocialCard.version)", card.title, card.subtitle ?? "", card.finding ?? ""] + sources.map(\.identity)
        let encoded = Array(try JSONEncoder().encode(inputs))
        let name = "\(Self.folder)/\(Digest.hexadecimal(encoded)).jpg"
        if let bytes = try library.store.sealed(name) {
            try files.write(bytes, to: card.path)
        } else {
            let (bytes, isWhole) = try drawn(card, sources)
            if isWhole { try library.store.saveSealed(bytes, as: name) }
            try files.write(bytes, to: card.path)
        }
        return name
    }

    /// A card's file, and whether it has all its pictures: a damaged run is made again, and then the site.
    private func drawn(_ card: PageCard, _ sources: [Source]) throws -> (bytes: [UInt8], isWhole: Bool) {
        try library.clock.measure(.render) {
            let pictures = try sources.compactMap { try $0.picture() }
            let drawn = SocialCard(
                title: card.title, subtitle: card.subtitle, finding: card.finding, pictures: pictures)
            return (try drawn.file(), pictures.count == sources.count)
        }
    }

    // MARK: - Pictures

    /// Where a picture comes from.
    private struct Source {
        /// The same for the same picture.
        let identity: String
        /// Reads it; nil if it is damaged.
        let picture: () throws -> Picture?
    }

    private func source(_ picture: CardPicture) throws -> Source? {
        switch picture {
        case .run(let recipe):
            return Source(identity: recipe.key.description) {
                guard let record = try library.store.record(of: recipe) else { return nil }
                return try PNG.decode(Data(record.png), file: library.store.path(of: recipe.key))
            }
        case .photograph(let path):
            guard let photographs = library.photographs,
                let photograph = try photographs.published.first(where: { SitePaths.photograph($0) == path })
            else { return nil }
            return Self.source(try photographs.file(of: photograph), file: path)
        case .file(let path):
            // Browsers show kinds of files that are not read here; the card then does without.
            guard let bytes = try FileSystem.read(path), PictureFile.isPicture(start: bytes) else { return nil }
            return Self.source(bytes, file: path)
        }
    }

    private static func source(_ bytes: [UInt8], file: String) -> Source {
        Source(identity: Digest.hexadecimal(bytes)) {
            // A damaged file is the writer's to see in the page; the card does without.
            try? PictureFile.picture(in: Data(bytes), file: file, upright: true)
        }
    }
}
