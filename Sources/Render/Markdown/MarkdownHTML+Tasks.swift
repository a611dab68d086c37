// Task lists.

extension MarkdownHTML {
    /// Turns `[ ]` and `[x]` at the start of items into boxes.
    func makeTasks(in nodes: [HTMLNode]) {
        for node in nodes { node.forEach { if ["ul", "ol"].contains($0.name) { makeTasks(of: $0) } } }
    }

    func makeTasks(of list: HTMLNode) {
        for item in list.children where item.name == "li" {
            let content = item.children.first { !$0.isBlank }
            let holder = content?.name == "p" ? content : item
            guard let index = holder?.children.firstIndex(where: { !$0.isBlank }), let holder,
                let text = holder.children[index].text,
                let match = text.prefixMatch(of: /\s*\[([ xX])\](?=\s)/)
            else { continue }
            let isDone = match.1 != " "
            let box = HTMLNode.element(
                "input",
                (isDone ? [("checked", "")] : []) + [
                    ("disabled", ""), ("type", "checkbox"), ("aria-label", isDone ? "done" : "to do"),
                ])
            holder.children[index].kind = .text(String(text[match.range.upperBound...]))
            holder.children.insert(box, at: index)
            item["class"] = (item.classes + ["task-list-item"]).joined(separator: " ")
            if !list.classes.contains("task-list") {
                list["class"] = (list.classes + ["task-list"]).joined(separator: " ")
            }
        }
    }
}
