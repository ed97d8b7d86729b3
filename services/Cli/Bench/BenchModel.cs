using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Cli.Bench;

/// <summary>The shape of a published model, for measurements with random weights.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Family">The architecture as config.json names it.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Hidden">Numbers of a row.</param>
/// <param name="Inner">Numbers within an MLP.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key heads.</param>
/// <param name="HeadSize">Numbers of a head.</param>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="IsTied">Whether the head is the embedding.</param>
internal sealed record BenchModel(
    string Name, string Family, int Layers, int Hidden, int Inner, int Heads, int KvHeads, int HeadSize, int Vocabulary, bool IsTied)
{
    private const int BlockBytes = 64 << 20;

    /// <summary>The shapes that can be measured.</summary>
    public static IReadOnlyList<BenchModel> All { get; } =
    [
        new("llama-3.2-1b", "LlamaForCausalLM", 16, 2048, 8192, 32, 8, 64, 128256, true),
        new("qwen3-0.6b", "Qwen3ForCausalLM", 28, 1024, 3072, 16, 8, 128, 151936, true),
        new("llama-3.1-8b", "LlamaForCausalLM", 32, 4096, 14336, 32, 8, 128, 128256, false),
    ];

    /// <summary>Multiplications of a token's way through the layers, without attention.</summary>
    public long LayerWeights => Layers * ((long)Hidden * (((Heads + (2L * KvHeads)) * HeadSize) + (Heads * (long)HeadSize) + (3L * Inner)));

    /// <summary>Multiplications of a token's logits.</summary>
    public long HeadWeights => (long)Hidden * Vocabulary;

    /// <summary>Bytes of keys and values that a token leaves in bfloat16.</summary>
    public long KvBytes => 4L * Layers * KvHeads * HeadSize;

    /// <summary>Writes a model folder of this shape with random weights in bfloat16, and norms of 1, unless it is there.</summary>
    /// <returns>The folder.</returns>
    public string Write(string parent)
    {
        var folder = Path.Combine(parent, Name);
        var weights = Path.Combine(folder, "model.safetensors");
        if (File.Exists(weights))
        {
            return folder;
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer().ToJsonString());
        WriteWeights(weights + ".part");
        File.Move(weights + ".part", weights);
        return folder;
    }

    private JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray(Family),
        ["model_type"] = Family.StartsWith("Qwen3", StringComparison.Ordinal) ? "qwen3" : "llama",
        ["hidden_act"] = "silu",
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Inner,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KvHeads,
        ["head_dim"] = HeadSize,
        ["vocab_size"] = Vocabulary,
        ["max_position_embeddings"] = 32768,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 500000.0,
        ["tie_word_embeddings"] = IsTied,
        ["torch_dtype"] = "bfloat16",
    };

    /// <summary>Bytes as tokens; what is measured are token ids.</summary>
    private static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            // Byte-level BPE writes bytes that are no visible character of Latin-1 as characters from 256 on.
            bool isVisible = b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            vocabulary[((char)(isVisible ? b : next++)).ToString()] = b;
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
            ["post_processor"] = null,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }

    private IEnumerable<(string Name, int[] Shape)> Tensors()
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Hidden]);
        for (int i = 0; i < Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            yield return (layer + "input_layernorm.weight", [Hidden]);
            yield return (layer + "post_attention_layernorm.weight", [Hidden]);
            yield return (layer + "self_attn.q_proj.weight", [Heads * HeadSize, Hidden]);
            yield return (layer + "self_attn.k_proj.weight", [KvHeads * HeadSize, Hidden]);
            yield return (layer + "self_attn.v_proj.weight", [KvHeads * HeadSize, Hidden]);
            yield return (layer + "self_attn.o_proj.weight", [Hidden, Heads * HeadSize]);
            yield return (layer + "mlp.gate_proj.weight", [Inner, Hidden]);
            yield return (layer + "mlp.up_proj.weight", [Inner, Hidden]);
            yield return (layer + "mlp.down_proj.weight", [Hidden, Inner]);
            if (Family.StartsWith("Qwen3", StringComparison.Ordinal))
            {
                yield return (layer + "self_attn.q_norm.weight", [HeadSize]);
                yield return (layer + "self_attn.k_norm.weight", [HeadSize]);
            }
        }

        yield return ("model.norm.weight", [Hidden]);
        if (!IsTied)
        {
            yield return ("lm_head.weight", [Vocabulary, Hidden]);
        }
    }

    private void WriteWeights(string path)
    {
        var header = new JsonObject();
        long offset = 0;
        foreach (var (name, shape) in Tensors())
        {
            long bytes = shape.Aggregate(2L, (product, size) => product * size);
            header[name] = new JsonObject
            {
                ["dtype"] = "BF16", ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]), ["data_offsets"] = new JsonArray(offset, offset + bytes),
            };
            offset += bytes;
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        var block = RandomWeights();
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: 8 + text.Length + offset);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        RandomAccess.Write(file, length, 0);
        RandomAccess.Write(file, text, 8);
        long start = 8 + text.Length;
        Parallel.For(0, (offset + BlockBytes - 1) / BlockBytes, part =>
        {
            long at = part * BlockBytes;
            RandomAccess.Write(file, block.AsSpan(0, (int)Math.Min(BlockBytes, offset - at)), start + at);
        });

        // Norms are 1, so that logits differ as much as the head's weights make them.
        foreach (var (_, tensor) in header.Where(tensor => tensor.Key.EndsWith("norm.weight", StringComparison.Ordinal)))
        {
            var place = tensor!["data_offsets"]!;
            RandomAccess.Write(file, Ones((place[1]!.GetValue<long>() - place[0]!.GetValue<long>()) / 2), start + place[0]!.GetValue<long>());
        }
    }

    private static byte[] Ones(long count)
    {
        var bytes = new byte[2 * count];
        for (int i = 0; i < count; i++) BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), 0x3f80);
        return bytes;
    }

    /// <summary>bfloat16 numbers of about 0.02, as trained weights have them.</summary>
    private static byte[] RandomWeights()
    {
        var bytes = new byte[BlockBytes];
        new Random(1).NextBytes(bytes);
        for (int i = 1; i < bytes.Length; i += 2)
        {
            // Sign, and an exponent for 1/64 to 1/16.
            bytes[i] = (byte)((bytes[i] & 0x80) | 0x3c);
        }

        return bytes;
    }
}
