// This target is its header alone; SwiftPM asks for a source file.
#include "CPJRT.h"
