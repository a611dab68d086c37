// The calls of PJRT's C API that atlasgen uses, with the layout of API version 0.81 (openxla/xla,
// `xla/pjrt/c/pjrt_c_api.h`). PJRT only appends to its structs within a major version, so that a newer plugin accepts
// these. Names are PJRT's. Every `_Args` begins with its own size.

#ifndef CPJRT_H
#define CPJRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct PJRT_Error PJRT_Error;
typedef struct PJRT_Event PJRT_Event;
typedef struct PJRT_Client PJRT_Client;
typedef struct PJRT_Device PJRT_Device;
typedef struct PJRT_DeviceDescription PJRT_DeviceDescription;
typedef struct PJRT_Executable PJRT_Executable;
typedef struct PJRT_LoadedExecutable PJRT_LoadedExecutable;
typedef struct PJRT_SerializedExecutable PJRT_SerializedExecutable;
typedef struct PJRT_Buffer PJRT_Buffer;

/// The major version that this header describes.
#define PJRT_API_MAJOR 0

typedef enum {
    PJRT_Buffer_Type_PRED = 1,
    PJRT_Buffer_Type_S32 = 4,
    PJRT_Buffer_Type_S64 = 5,
    PJRT_Buffer_Type_U8 = 6,
    PJRT_Buffer_Type_F32 = 11,
} PJRT_Buffer_Type;

typedef enum {
    PJRT_HostBufferSemantics_kImmutableOnlyDuringCall = 0,
} PJRT_HostBufferSemantics;

typedef struct {
    size_t struct_size;
    void *extension;
    int major_version;
    int minor_version;
} PJRT_Api_Version;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Error *error;
} PJRT_Error_Destroy_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    const PJRT_Error *error;
    const char *message;
    size_t message_size;
} PJRT_Error_Message_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    const PJRT_Error *error;
    int code;
} PJRT_Error_GetCode_Args;

typedef struct {
    size_t struct_size;
    void *extension;
} PJRT_Plugin_Initialize_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Event *event;
} PJRT_Event_Destroy_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Event *event;
} PJRT_Event_Await_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    const void *create_options;
    size_t num_options;
    void *key_value_callbacks[4];
    PJRT_Client *client;
    void *key_value_try_get[2];
} PJRT_Client_Create_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
} PJRT_Client_Destroy_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
    const char *platform_name;
    size_t platform_name_size;
} PJRT_Client_PlatformName_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
    const char *platform_version;
    size_t platform_version_size;
} PJRT_Client_PlatformVersion_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
    PJRT_Device *const *addressable_devices;
    size_t num_addressable_devices;
} PJRT_Client_AddressableDevices_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    char *code;
    size_t code_size;
    const char *format;
    size_t format_size;
} PJRT_Program;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
    const PJRT_Program *program;
    const char *compile_options;
    size_t compile_options_size;
    PJRT_LoadedExecutable *executable;
} PJRT_Client_Compile_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
    const void *data;
    PJRT_Buffer_Type type;
    const int64_t *dims;
    size_t num_dims;
    const int64_t *byte_strides;
    size_t num_byte_strides;
    PJRT_HostBufferSemantics host_buffer_semantics;
    PJRT_Device *device;
    void *memory;
    void *device_layout;
    PJRT_Event *done_with_host_buffer;
    PJRT_Buffer *buffer;
} PJRT_Client_BufferFromHostBuffer_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_DeviceDescription *device_description;
    const char *device_kind;
    size_t device_kind_size;
} PJRT_DeviceDescription_Kind_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Device *device;
    PJRT_DeviceDescription *device_description;
} PJRT_Device_GetDescription_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Device *device;
    int64_t bytes_in_use;
    int64_t peak_bytes_in_use;
    bool peak_bytes_in_use_is_set;
    int64_t num_allocs;
    bool num_allocs_is_set;
    int64_t largest_alloc_size;
    bool largest_alloc_size_is_set;
    int64_t bytes_limit;
    bool bytes_limit_is_set;
    int64_t bytes_reserved;
    bool bytes_reserved_is_set;
    int64_t peak_bytes_reserved;
    bool peak_bytes_reserved_is_set;
    int64_t bytes_reservable_limit;
    bool bytes_reservable_limit_is_set;
    int64_t largest_free_block_bytes;
    bool largest_free_block_bytes_is_set;
    int64_t pool_bytes;
    bool pool_bytes_is_set;
    int64_t peak_pool_bytes;
    bool peak_pool_bytes_is_set;
} PJRT_Device_MemoryStats_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Executable *executable;
} PJRT_Executable_Destroy_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Executable *executable;
    size_t num_outputs;
} PJRT_Executable_NumOutputs_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    const PJRT_Executable *executable;
    const char *serialized_bytes;
    size_t serialized_bytes_size;
    PJRT_SerializedExecutable *serialized_executable;
    void (*serialized_executable_deleter)(PJRT_SerializedExecutable *executable);
} PJRT_Executable_Serialize_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_LoadedExecutable *executable;
} PJRT_LoadedExecutable_Destroy_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_LoadedExecutable *loaded_executable;
    PJRT_Executable *executable;
} PJRT_LoadedExecutable_GetExecutable_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    void *send_callbacks;
    void *recv_callbacks;
    size_t num_send_ops;
    size_t num_recv_ops;
    int launch_id;
    const int64_t *non_donatable_input_indices;
    size_t num_non_donatable_input_indices;
    void *context;
    const char *call_location;
    size_t num_tasks;
    int *task_ids;
    int64_t *incarnation_ids;
} PJRT_ExecuteOptions;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_LoadedExecutable *executable;
    PJRT_ExecuteOptions *options;
    PJRT_Buffer *const *const *argument_lists;
    size_t num_devices;
    size_t num_args;
    PJRT_Buffer **const *output_lists;
    PJRT_Event **device_complete_events;
    PJRT_Device *execute_device;
} PJRT_LoadedExecutable_Execute_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Client *client;
    const char *serialized_executable;
    size_t serialized_executable_size;
    PJRT_LoadedExecutable *loaded_executable;
    const char *overridden_serialized_compile_options;
    size_t overridden_serialized_compile_options_size;
} PJRT_Executable_DeserializeAndLoad_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Buffer *buffer;
} PJRT_Buffer_Destroy_Args;

typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Buffer *src;
    void *host_layout;
    void *dst;
    size_t dst_size;
    PJRT_Event *event;
} PJRT_Buffer_ToHostBuffer_Args;

/// The plugin's table of functions; `unused` fields are calls that atlasgen does not make.
typedef struct {
    size_t struct_size;
    void *extension;
    PJRT_Api_Version pjrt_api_version;
    void (*PJRT_Error_Destroy)(PJRT_Error_Destroy_Args *arguments);
    void (*PJRT_Error_Message)(PJRT_Error_Message_Args *arguments);
    PJRT_Error *(*PJRT_Error_GetCode)(PJRT_Error_GetCode_Args *arguments);
    PJRT_Error *(*PJRT_Plugin_Initialize)(PJRT_Plugin_Initialize_Args *arguments);
    void *unused0[1];
    PJRT_Error *(*PJRT_Event_Destroy)(PJRT_Event_Destroy_Args *arguments);
    void *unused1[2];
    PJRT_Error *(*PJRT_Event_Await)(PJRT_Event_Await_Args *arguments);
    void *unused2[1];
    PJRT_Error *(*PJRT_Client_Create)(PJRT_Client_Create_Args *arguments);
    PJRT_Error *(*PJRT_Client_Destroy)(PJRT_Client_Destroy_Args *arguments);
    PJRT_Error *(*PJRT_Client_PlatformName)(PJRT_Client_PlatformName_Args *arguments);
    void *unused3[1];
    PJRT_Error *(*PJRT_Client_PlatformVersion)(PJRT_Client_PlatformVersion_Args *arguments);
    void *unused4[1];
    PJRT_Error *(*PJRT_Client_AddressableDevices)(PJRT_Client_AddressableDevices_Args *arguments);
    void *unused5[3];
    PJRT_Error *(*PJRT_Client_Compile)(PJRT_Client_Compile_Args *arguments);
    void *unused6[1];
    PJRT_Error *(*PJRT_Client_BufferFromHostBuffer)(PJRT_Client_BufferFromHostBuffer_Args *arguments);
    void *unused7[3];
    PJRT_Error *(*PJRT_DeviceDescription_Kind)(PJRT_DeviceDescription_Kind_Args *arguments);
    void *unused8[2];
    PJRT_Error *(*PJRT_Device_GetDescription)(PJRT_Device_GetDescription_Args *arguments);
    void *unused9[4];
    PJRT_Error *(*PJRT_Device_MemoryStats)(PJRT_Device_MemoryStats_Args *arguments);
    void *unused10[5];
    PJRT_Error *(*PJRT_Executable_Destroy)(PJRT_Executable_Destroy_Args *arguments);
    void *unused11[3];
    PJRT_Error *(*PJRT_Executable_NumOutputs)(PJRT_Executable_NumOutputs_Args *arguments);
    void *unused12[4];
    PJRT_Error *(*PJRT_Executable_Serialize)(PJRT_Executable_Serialize_Args *arguments);
    PJRT_Error *(*PJRT_LoadedExecutable_Destroy)(PJRT_LoadedExecutable_Destroy_Args *arguments);
    PJRT_Error *(*PJRT_LoadedExecutable_GetExecutable)(PJRT_LoadedExecutable_GetExecutable_Args *arguments);
    void *unused13[3];
    PJRT_Error *(*PJRT_LoadedExecutable_Execute)(PJRT_LoadedExecutable_Execute_Args *arguments);
    PJRT_Error *(*PJRT_Executable_DeserializeAndLoad)(PJRT_Executable_DeserializeAndLoad_Args *arguments);
    void *unused14[1];
    PJRT_Error *(*PJRT_Buffer_Destroy)(PJRT_Buffer_Destroy_Args *arguments);
    void *unused15[11];
    PJRT_Error *(*PJRT_Buffer_ToHostBuffer)(PJRT_Buffer_ToHostBuffer_Args *arguments);
} PJRT_Api;

#endif
