// Just enough of a plugin: one device, modules that are not computed, and outputs whose bytes are all 0x3F. As `float` they
// are 0.747, and as truth values true.

#include "CFaultyPlugin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { name_size = 64, message_size = 256, filling = 0x3F };

/// Every function of the table that can fail.
#define CALLS(CALL)                                                                                                    \
    CALL(PJRT_Plugin_Initialize)                                                                                       \
    CALL(PJRT_Event_Destroy)                                                                                           \
    CALL(PJRT_Event_Await)                                                                                             \
    CALL(PJRT_Client_Create)                                                                                           \
    CALL(PJRT_Client_Destroy)                                                                                          \
    CALL(PJRT_Client_PlatformName)                                                                                     \
    CALL(PJRT_Client_PlatformVersion)                                                                                  \
    CALL(PJRT_Client_AddressableDevices)                                                                               \
    CALL(PJRT_Client_Compile)                                                                                          \
    CALL(PJRT_Client_BufferFromHostBuffer)                                                                             \
    CALL(PJRT_DeviceDescription_Kind)                                                                                  \
    CALL(PJRT_Device_GetDescription)                                                                                   \
    CALL(PJRT_Device_MemoryStats)                                                                                      \
    CALL(PJRT_Executable_Destroy)                                                                                      \
    CALL(PJRT_Executable_NumOutputs)                                                                                   \
    CALL(PJRT_Executable_Serialize)                                                                                    \
    CALL(PJRT_LoadedExecutable_Destroy)                                                                                \
    CALL(PJRT_LoadedExecutable_GetExecutable)                                                                          \
    CALL(PJRT_LoadedExecutable_Execute)                                                                                \
    CALL(PJRT_Executable_DeserializeAndLoad)                                                                           \
    CALL(PJRT_Buffer_Destroy)                                                                                          \
    CALL(PJRT_Buffer_ToHostBuffer)

// MARK: - What tests ask for

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char call[name_size];
    char message[message_size];
    int first, last, code, count;
} fault;
static char omitted[name_size];
static int major_version = PJRT_API_MAJOR, minor_version = 81;
static size_t table_size = sizeof(PJRT_Api);
static const PJRT_Api *real;
static atomic_int live;

static void copy(char *target, const char *text, size_t size) {
    strncpy(target, text, size - 1);
    target[size - 1] = 0;
}

void faulty_present(int major, int minor, size_t size) {
    major_version = major;
    minor_version = minor;
    table_size = size;
}

void faulty_omit(const char *call) { copy(omitted, call, name_size); }

void faulty_fail(const char *call, int first, int last, int code, const char *message) {
    pthread_mutex_lock(&lock);
    copy(fault.call, call, name_size);
    copy(fault.message, message, message_size);
    fault.first = first;
    fault.last = last;
    fault.code = code;
    fault.count = 0;
    pthread_mutex_unlock(&lock);
}

int faulty_calls(void) {
    pthread_mutex_lock(&lock);
    int count = fault.count;
    pthread_mutex_unlock(&lock);
    return count;
}

int faulty_live(void) { return atomic_load(&live); }

void faulty_forward(const PJRT_Api *plugin) { real = plugin; }

// MARK: - Objects

/// Tells the errors of this file from those of another plugin.
static const char own_error = 0;

struct PJRT_Error {
    const char *mark;
    int code;
    char message[message_size];
};

static void *create(size_t size) {
    atomic_fetch_add(&live, 1);
    return calloc(1, size);
}

static void destroy(void *object) {
    if (!object) return;
    atomic_fetch_sub(&live, 1);
    free(object);
}

/// The error of a call that is to fail; NULL otherwise.
static PJRT_Error *failure(const char *call) {
    PJRT_Error *error = NULL;
    pthread_mutex_lock(&lock);
    int is_all = strcmp(fault.call, "*") == 0 && !strstr(call, "Destroy");
    if (is_all || strcmp(fault.call, call) == 0) {
        fault.count += 1;
        if (fault.first <= fault.count && fault.count <= fault.last) {
            error = create(sizeof *error);
            error->mark = &own_error;
            error->code = fault.code;
            copy(error->message, fault.message, message_size);
        }
    }
    pthread_mutex_unlock(&lock);
    return error;
}

static int is_own(const PJRT_Error *error) { return !real || error->mark == &own_error; }

static void own_error_destroy(PJRT_Error_Destroy_Args *arguments) {
    if (is_own(arguments->error)) destroy(arguments->error);
    else real->PJRT_Error_Destroy(arguments);
}

static void own_error_message(PJRT_Error_Message_Args *arguments) {
    if (!is_own(arguments->error)) {
        real->PJRT_Error_Message(arguments);
        return;
    }
    arguments->message = arguments->error->message;
    arguments->message_size = strlen(arguments->message);
}

static PJRT_Error *own_error_code(PJRT_Error_GetCode_Args *arguments) {
    if (!is_own(arguments->error)) return real->PJRT_Error_GetCode(arguments);
    arguments->code = arguments->error->code;
    return NULL;
}

struct PJRT_Executable {
    int outputs;
};

struct PJRT_LoadedExecutable {
    int outputs;
};

struct PJRT_SerializedExecutable {
    int outputs;
};

static PJRT_LoadedExecutable *loaded(int outputs) {
    PJRT_LoadedExecutable *executable = create(sizeof *executable);
    executable->outputs = outputs;
    return executable;
}

// MARK: - Calls

/// A function of the table: fails if it is to, otherwise asks the other plugin, and else goes on with what follows.
#define DEFINE(NAME)                                                                                                   \
    static PJRT_Error *answer_##NAME(NAME##_Args *arguments);                                                          \
    static PJRT_Error *own_##NAME(NAME##_Args *arguments) {                                                            \
        PJRT_Error *error = failure(#NAME);                                                                            \
        if (error) return error;                                                                                       \
        return real ? real->NAME(arguments) : answer_##NAME(arguments);                                                \
    }                                                                                                                  \
    static PJRT_Error *answer_##NAME(NAME##_Args *arguments)

/// A function that frees one field.
#define DEFINE_DESTROY(NAME, FIELD)                                                                                    \
    DEFINE(NAME) {                                                                                                     \
        destroy(arguments->FIELD);                                                                                     \
        return NULL;                                                                                                   \
    }

DEFINE_DESTROY(PJRT_Event_Destroy, event)
DEFINE_DESTROY(PJRT_Client_Destroy, client)
DEFINE_DESTROY(PJRT_Executable_Destroy, executable)
DEFINE_DESTROY(PJRT_LoadedExecutable_Destroy, executable)
DEFINE_DESTROY(PJRT_Buffer_Destroy, buffer)

/// The other plugin is initialised once a process, by whoever loaded it.
static PJRT_Error *own_PJRT_Plugin_Initialize(PJRT_Plugin_Initialize_Args *arguments) {
    (void)arguments;
    return failure("PJRT_Plugin_Initialize");
}

DEFINE(PJRT_Event_Await) {
    (void)arguments;
    return NULL;
}

DEFINE(PJRT_Client_Create) {
    arguments->client = create(1);
    return NULL;
}

DEFINE(PJRT_Client_PlatformName) {
    arguments->platform_name = "faulty";
    arguments->platform_name_size = strlen(arguments->platform_name);
    return NULL;
}

DEFINE(PJRT_Client_PlatformVersion) {
    arguments->platform_version = "1.0";
    arguments->platform_version_size = strlen(arguments->platform_version);
    return NULL;
}

DEFINE(PJRT_Client_AddressableDevices) {
    static char device;
    static PJRT_Device *const devices[] = {(PJRT_Device *)&device};
    arguments->addressable_devices = devices;
    arguments->num_addressable_devices = 1;
    return NULL;
}

DEFINE(PJRT_Device_GetDescription) {
    static char description;
    arguments->device_description = (PJRT_DeviceDescription *)&description;
    return NULL;
}

DEFINE(PJRT_DeviceDescription_Kind) {
    arguments->device_kind = "a device that fails";
    arguments->device_kind_size = strlen(arguments->device_kind);
    return NULL;
}

DEFINE(PJRT_Device_MemoryStats) {
    arguments->bytes_limit = 1 << 30;
    arguments->bytes_limit_is_set = true;
    return NULL;
}

/// Counts the types that a module's function returns.
DEFINE(PJRT_Client_Compile) {
    const char *text = strstr(arguments->program->code, ") -> (");
    const char *end = text ? strchr(text, '{') : NULL;
    int outputs = 0;
    while (end && (text = strstr(text, "tensor<")) && text++ < end) outputs += 1;
    arguments->executable = loaded(outputs);
    return NULL;
}

DEFINE(PJRT_Client_BufferFromHostBuffer) {
    arguments->buffer = create(1);
    arguments->done_with_host_buffer = create(1);
    return NULL;
}

DEFINE(PJRT_LoadedExecutable_GetExecutable) {
    arguments->executable = create(sizeof *arguments->executable);
    arguments->executable->outputs = arguments->loaded_executable->outputs;
    return NULL;
}

DEFINE(PJRT_Executable_NumOutputs) {
    arguments->num_outputs = (size_t)arguments->executable->outputs;
    return NULL;
}

static void free_serialized(PJRT_SerializedExecutable *executable) { destroy(executable); }

DEFINE(PJRT_Executable_Serialize) {
    PJRT_SerializedExecutable *serialized = create(sizeof *serialized);
    serialized->outputs = arguments->executable->outputs;
    arguments->serialized_executable = serialized;
    arguments->serialized_bytes = (const char *)serialized;
    arguments->serialized_bytes_size = sizeof *serialized;
    arguments->serialized_executable_deleter = free_serialized;
    return NULL;
}

DEFINE(PJRT_Executable_DeserializeAndLoad) {
    PJRT_SerializedExecutable serialized;
    memcpy(&serialized, arguments->serialized_executable, sizeof serialized);
    arguments->loaded_executable = loaded(serialized.outputs);
    return NULL;
}

DEFINE(PJRT_LoadedExecutable_Execute) {
    for (int index = 0; index < arguments->executable->outputs; index++)
        arguments->output_lists[0][index] = create(1);
    arguments->device_complete_events[0] = create(1);
    return NULL;
}

DEFINE(PJRT_Buffer_ToHostBuffer) {
    memset(arguments->dst, filling, arguments->dst_size);
    arguments->event = create(1);
    return NULL;
}

const PJRT_Api *GetPjrtApi(void) {
    static PJRT_Api table;
    if (table_size == 0) return NULL;
    table.struct_size = table_size;
    table.pjrt_api_version = (PJRT_Api_Version){sizeof(PJRT_Api_Version), NULL, major_version, minor_version};
    table.PJRT_Error_Destroy = own_error_destroy;
    table.PJRT_Error_Message = own_error_message;
    table.PJRT_Error_GetCode = own_error_code;
#define ENTER(NAME) table.NAME = strcmp(omitted, #NAME) == 0 ? NULL : own_##NAME;
    CALLS(ENTER)
    return &table;
}
