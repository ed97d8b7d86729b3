using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Serverless.Benchmarks.Generation.ModelShape;

namespace Serverless.Benchmarks.Generation;

/// <summary>The model as the engine loads it: config.json, model.safetensors and a tokenizer that is valid and no more.</summary>
public static class HuggingFaceFolder
{
    /// <summary>Writes the folder.</summary>
    public static void Write(string folder, IReadOnlyList<Weight> weights)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer().ToJsonString());
        WriteWeights(Path.Combine(folder, "model.safetensors"), weights);
    }

    private static JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["hidden_act"] = "silu",
        ["vocab_size"] = Vocabulary,
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Intermediate,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["head_dim"] = HeadSize,
        ["max_position_embeddings"] = Context,
        ["rms_norm_eps"] = Epsilon,
        ["rope_theta"] = RopeBase,
        ["tie_word_embeddings"] = true,
        ["eos_token_id"] = Vocabulary - 1,
        ["torch_dtype"] = "bfloat16",
    };

    /// <summary>A byte-level BPE without merges: 256 bytes, and names for the rest of the ids.</summary>
    private static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        int shifted = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            vocabulary[((char)(printable ? b : shifted++)).ToString()] = b;
        }

        for (int id = 256; id < Vocabulary; id++) vocabulary[$"token{id}"] = id;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "ByteLevel",
                ["add_prefix_space"] = false,
                ["trim_offsets"] = true,
                ["use_regex"] = true,
            },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }

    private static void WriteWeights(string path, IReadOnlyList<Weight> weights)
    {
        var header = new JsonObject();
        long offset = 0;
        foreach (Weight weight in weights)
        {
            long end = offset + 2L * weight.Values.Length;
            JsonArray shape = weight.Columns == 0 ? [weight.Rows] : [weight.Rows, weight.Columns];
            header[weight.Name] = new JsonObject { ["dtype"] = "BF16", ["shape"] = shape, ["data_offsets"] = new JsonArray(offset, end) };
            offset = end;
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write(length);
        file.Write(json);
        foreach (Weight weight in weights) file.Write(MemoryMarshal.AsBytes<ushort>(weight.Values));
    }
}
