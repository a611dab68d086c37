// The option for what computes.

import ArgumentParser
import Runs

/// The device of a command.
struct DeviceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What computes: cpu, auto, a device that `atlasgen devices` lists, or a PJRT plugin's file. "
                + "(default: atlas.yml's device, otherwise cpu)", valueName: "device"))
    var device: DeviceChoice?
}

extension DeviceChoice: ExpressibleByArgument {
    /// Reads an option's value.
    public init?(argument: String) { self.init(argument) }
}
