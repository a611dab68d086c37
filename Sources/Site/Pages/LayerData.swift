// All neurons of a layer as a script, for sorting and filtering without a server.

import Foundation

/// The neurons of a layer as a script that calls `atlasLayer` with them.
///
/// A script and not JSON, because a page opened from a file system may load scripts but not data. The argument
/// is `{"size":[width,height],"neurons":[[number,label,activation,look,path,thumbnail,note,
/// lookSimilarity,meaning,meaningSimilarity,identification,forcedChoice,beyond,positiveShare],…]}`; `look` and `meaning`
/// are percentiles. Paths are
/// relative to the layer's folder, and trailing nulls are left out.
struct LayerData: Sendable {
    /// All neurons, with paths relative to the layer's folder.
    var neurons: [NeuronCard]

    /// The script's text.
    var script: String {
        let size = neurons.first.map { "[\($0.width),\($0.height)]" } ?? "[0,0]"
        let rows = neurons.map { neuron -> String in
            var values = [
                String(neuron.number), JSONText.string(neuron.label), JSONText.number(neuron.activation),
                JSONText.number(neuron.look?.percentile), JSONText.string(neuron.path),
                JSONText.string(neuron.thumbnail), JSONText.string(neuron.note),
                JSONText.number(neuron.look?.similarity), JSONText.number(neuron.meaning?.percentile),
                JSONText.number(neuron.meaning?.similarity), JSONText.number(neuron.identification),
                JSONText.number(neuron.choice), JSONText.number(neuron.beyond), JSONText.number(neuron.positiveShare),
            ]
            while values.last == "null" { values.removeLast() }
            return "[\(values.joined(separator: ","))]"
        }
        return "atlasLayer({\"size\":\(size),\"neurons\":[\n\(rows.joined(separator: ",\n"))\n]});\n"
    }
}

/// JSON of single values, safe inside scripts.
enum JSONText {
    static func string(_ text: String?) -> String {
        guard let text else { return "null" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            // Control characters, and characters that can end a script or a line of it.
            case "\u{0}"..."\u{1F}", "<", ">", "&", "\u{2028}", "\u{2029}":
                result += "\\u" + String(format: "%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "null" }
        // Enough digits for scripts to sort and round as the pages do.
        return String(format: "%.9g", value)
    }
}
