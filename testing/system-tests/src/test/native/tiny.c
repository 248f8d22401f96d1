/*
 * A Redis module with one data type, "tiny-type": a key that holds one string. It stands for all
 * types that Replicator does not know and carries as DUMP. The server gives its functions by name
 * through the first pointer of the context, so nothing is needed to build it but a C compiler.
 */
typedef unsigned long long u64;

static int (*get_api)(const char *name, void *function);
static void (*set_attributes)(void *ctx, const char *name, int version, int api);
static void *(*create_type)(void *ctx, const char *name, int encver, void *methods);
static int (*create_command)(void *ctx, const char *name, int (*run)(void *, void **, int),
                             const char *flags, int first, int last, int step);
static void *(*open_key)(void *ctx, void *name, int mode);
static void (*close_key)(void *key);
static int (*set_value)(void *key, void *type, void *value);
static void *(*get_value)(void *key);
static void (*retain_string)(void *ctx, void *string);
static void (*free_string)(void *ctx, void *string);
static void (*save_string)(void *io, void *string);
static void *(*load_string)(void *io);
static int (*reply_simple)(void *ctx, const char *text);
static int (*reply_string)(void *ctx, void *string);
static int (*reply_null)(void *ctx);
static int (*wrong_arity)(void *ctx);
static int (*replicate)(void *ctx);
static int (*notify)(void *ctx, int class, const char *event, void *key);

enum { READ = 1, WRITE = 2, CLASS_MODULE = 1 << 13, OK = 0, ERR = 1 };

static void *type;

static void *load(void *io, int encver) {
  (void)encver;
  return load_string(io);
}

static void save(void *io, void *value) { save_string(io, value); }

static void release(void *value) { free_string(0, value); }

static struct {
  u64 version;
  void *(*load)(void *io, int encver);
  void (*save)(void *io, void *value);
  void *aof_rewrite, *mem_usage, *digest;
  void (*release)(void *value);
} methods = {1, load, save, 0, 0, 0, release};

/* TINY.SET key value */
static int set(void *ctx, void **argv, int argc) {
  if (argc != 3) return wrong_arity(ctx);
  void *key = open_key(ctx, argv[1], READ | WRITE);
  retain_string(0, argv[2]);
  set_value(key, type, argv[2]);
  close_key(key);
  replicate(ctx);
  notify(ctx, CLASS_MODULE, "tiny.set", argv[1]);
  return reply_simple(ctx, "OK");
}

/* TINY.GET key */
static int get(void *ctx, void **argv, int argc) {
  if (argc != 2) return wrong_arity(ctx);
  void *key = open_key(ctx, argv[1], READ);
  void *value = key ? get_value(key) : 0;
  int result = value ? reply_string(ctx, value) : reply_null(ctx);
  if (key) close_key(key);
  return result;
}

int RedisModule_OnLoad(void *ctx, void **argv, int argc) {
  (void)argv;
  (void)argc;
  get_api = (int (*)(const char *, void *))((void **)ctx)[0];
  struct { const char *name; void *function; } wanted[] = {
      {"RedisModule_SetModuleAttribs", &set_attributes},
      {"RedisModule_CreateDataType", &create_type},
      {"RedisModule_CreateCommand", &create_command},
      {"RedisModule_OpenKey", &open_key},
      {"RedisModule_CloseKey", &close_key},
      {"RedisModule_ModuleTypeSetValue", &set_value},
      {"RedisModule_ModuleTypeGetValue", &get_value},
      {"RedisModule_RetainString", &retain_string},
      {"RedisModule_FreeString", &free_string},
      {"RedisModule_SaveString", &save_string},
      {"RedisModule_LoadString", &load_string},
      {"RedisModule_ReplyWithSimpleString", &reply_simple},
      {"RedisModule_ReplyWithString", &reply_string},
      {"RedisModule_ReplyWithNull", &reply_null},
      {"RedisModule_WrongArity", &wrong_arity},
      {"RedisModule_ReplicateVerbatim", &replicate},
      {"RedisModule_NotifyKeyspaceEvent", &notify},
  };
  for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    if (get_api(wanted[i].name, wanted[i].function) != OK) return ERR;
  set_attributes(ctx, "tiny", 1, 1);
  type = create_type(ctx, "tiny-type", 0, &methods);
  if (!type) return ERR;
  if (create_command(ctx, "tiny.set", set, "write deny-oom", 1, 1, 1) != OK) return ERR;
  return create_command(ctx, "tiny.get", get, "readonly", 1, 1, 1);
}
