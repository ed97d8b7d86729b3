using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Inference.Tests.Engine;

/// <summary>
/// A model folder made on the spot: random weights, and a tokenizer whose tokens are the 256 bytes, a beginning (256) and an end
/// of text (257). What it writes is nonsense, but always the same nonsense.
/// </summary>
public sealed class TinyModel : IDisposable
{
    public const int Bos = 256;
    public const int Eos = 257;
    public const int VocabSize = 258;
    public const int Context = 512;

    private readonly Dictionary<string, (int[] Shape, float[] Values)> tensors = [];
    private readonly Random random;

    public TinyModel(string architecture = "LlamaForCausalLM", int seed = 7)
    {
        random = new Random(seed);
        Folder = Directory.CreateTempSubdirectory("tiny-model-").FullName;
        Config = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture),
            ["model_type"] = architecture.Replace("ForCausalLM", "", StringComparison.Ordinal).ToLowerInvariant(),
            ["vocab_size"] = VocabSize,
            ["hidden_size"] = 64,
            ["intermediate_size"] = 96,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["head_dim"] = 16,
            ["max_position_embeddings"] = Context,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["hidden_act"] = "silu",
            ["tie_word_embeddings"] = false,
            ["eos_token_id"] = Eos,
            ["bos_token_id"] = Bos,
        };
        AddTensors(architecture);
        WriteTokenizer();
    }

    public string Folder { get; }

    /// <summary>config.json; change it before <see cref="Save"/>.</summary>
    public JsonObject Config { get; }

    public string WeightsFile => Path.Combine(Folder, "model.safetensors");

    public void Remove(string tensor) => tensors.Remove(tensor).ShouldBeTrue();

    public void Set(string tensor, int[] shape, float value) => tensors[tensor] = (shape, [.. Enumerable.Repeat(value, shape.Aggregate(1, (a, b) => a * b))]);

    /// <summary>Writes config.json and the weights.</summary>
    public TinyModel Save()
    {
        File.WriteAllText(Path.Combine(Folder, "config.json"), Config.ToJsonString());
        WriteSafetensors();
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void AddTensors(string architecture)
    {
        const int hidden = 64, inner = 96, queries = 64, keys = 32, head = 16;
        AddRandom("model.embed_tokens.weight", 1, VocabSize, hidden);
        AddRandom("lm_head.weight", 0.4, VocabSize, hidden);
        AddOnes("model.norm.weight", hidden);
        for (int layer = 0; layer < 2; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            AddOnes(prefix + "input_layernorm.weight", hidden);
            AddOnes(prefix + "post_attention_layernorm.weight", hidden);
            AddRandom(prefix + "self_attn.q_proj.weight", 0.25, queries, hidden);
            AddRandom(prefix + "self_attn.k_proj.weight", 0.25, keys, hidden);
            AddRandom(prefix + "self_attn.v_proj.weight", 0.25, keys, hidden);
            AddRandom(prefix + "self_attn.o_proj.weight", 0.25, hidden, queries);
            AddRandom(prefix + "mlp.gate_proj.weight", 0.25, inner, hidden);
            AddRandom(prefix + "mlp.up_proj.weight", 0.25, inner, hidden);
            AddRandom(prefix + "mlp.down_proj.weight", 0.25, hidden, inner);
            if (architecture == "Qwen2ForCausalLM")
            {
                AddRandom(prefix + "self_attn.q_proj.bias", 0.5, queries);
                AddRandom(prefix + "self_attn.k_proj.bias", 0.5, keys);
                AddRandom(prefix + "self_attn.v_proj.bias", 0.5, keys);
            }

            if (architecture == "Qwen3ForCausalLM")
            {
                AddRandom(prefix + "self_attn.q_norm.weight", 1, head);
                AddRandom(prefix + "self_attn.k_norm.weight", 1, head);
            }
        }
    }

    private void AddRandom(string name, double deviation, params int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(deviation * Normal());
        tensors.Add(name, (shape, values));
    }

    private void AddOnes(string name, int length) => Set(name, [length], 1);

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private void WriteSafetensors()
    {
        var header = new JsonObject();
        using var data = new MemoryStream();
        foreach (var (name, (shape, values)) in tensors)
        {
            long start = data.Length;
            byte[] number = new byte[4];
            foreach (float value in values)
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, value);
                data.Write(number);
            }

            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. shape.Select(d => JsonValue.Create(d))]),
                ["data_offsets"] = new JsonArray(start, data.Length),
            };
        }

        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        using var file = File.Create(WeightsFile);
        file.Write(length);
        file.Write(json);
        data.WriteTo(file);
    }

    private void WriteTokenizer()
    {
        // GPT-2's alphabet: printable bytes stand for themselves, the others are moved up by 256 and more.
        var vocabulary = new JsonObject();
        int moved = 0;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            vocabulary[((char)(printable ? b : 256 + moved++)).ToString()] = b;
        }

        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Special(Bos, "<s>"), Special(Eos, "</s>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(
                    new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = "<s>", ["type_id"] = 0 } },
                    new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }),
                ["pair"] = new JsonArray(
                    new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } },
                    new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "B", ["type_id"] = 0 } }),
                ["special_tokens"] = new JsonObject
                {
                    ["<s>"] = new JsonObject { ["id"] = "<s>", ["ids"] = new JsonArray(Bos), ["tokens"] = new JsonArray("<s>") },
                },
            },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
        File.WriteAllText(Path.Combine(Folder, "tokenizer.json"), tokenizer.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
        File.WriteAllText(
            Path.Combine(Folder, "tokenizer_config.json"),
            new JsonObject { ["bos_token"] = "<s>", ["eos_token"] = "</s>" }.ToJsonString());
    }

    private static JsonObject Special(int id, string content) => new()
    {
        ["id"] = id, ["content"] = content, ["special"] = true, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
    };
}
