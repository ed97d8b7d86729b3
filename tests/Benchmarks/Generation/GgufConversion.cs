using System.Runtime.InteropServices;
using static Serverless.Benchmarks.Generation.ModelShape;

namespace Serverless.Benchmarks.Generation;

/// <summary>The same weights for llama.cpp: other names, queries and keys in its order of rotary pairs, its number formats.</summary>
public static class GgufConversion
{
    private const int BlockSize = 32;

    private static readonly Dictionary<string, string> Names = new()
    {
        ["model.embed_tokens.weight"] = "token_embd.weight",
        ["model.norm.weight"] = "output_norm.weight",
        ["input_layernorm.weight"] = "attn_norm.weight",
        ["self_attn.q_proj.weight"] = "attn_q.weight",
        ["self_attn.k_proj.weight"] = "attn_k.weight",
        ["self_attn.v_proj.weight"] = "attn_v.weight",
        ["self_attn.o_proj.weight"] = "attn_output.weight",
        ["post_attention_layernorm.weight"] = "ffn_norm.weight",
        ["mlp.gate_proj.weight"] = "ffn_gate.weight",
        ["mlp.up_proj.weight"] = "ffn_up.weight",
        ["mlp.down_proj.weight"] = "ffn_down.weight",
    };

    /// <summary>Writes the model with its matrices in the given format; norms stay in 32 bits, as llama.cpp has them.</summary>
    public static void Write(string path, IReadOnlyList<Weight> weights, GgufType type)
    {
        var file = new GgufFile();
        file.Add("general.architecture", "llama");
        file.Add("general.name", "random weights");
        file.Add("general.file_type", type switch { GgufType.F16 => 1u, GgufType.Q80 => 7u, GgufType.BF16 => 32u, _ => 0u });
        file.Add("llama.block_count", (uint)Layers);
        file.Add("llama.context_length", (uint)Context);
        file.Add("llama.embedding_length", (uint)Hidden);
        file.Add("llama.feed_forward_length", (uint)Intermediate);
        file.Add("llama.attention.head_count", (uint)Heads);
        file.Add("llama.attention.head_count_kv", (uint)KeyValueHeads);
        file.Add("llama.attention.layer_norm_rms_epsilon", Epsilon);
        file.Add("llama.rope.dimension_count", (uint)HeadSize);
        file.Add("llama.rope.freq_base", RopeBase);
        file.Add("llama.vocab_size", (uint)Vocabulary);
        file.Add("tokenizer.ggml.model", "no_vocab");
        foreach (Weight weight in weights) file.Add(Convert(weight, type));
        file.Write(path);
    }

    private static GgufTensor Convert(Weight weight, GgufType type)
    {
        string name = Rename(weight.Name);
        if (weight.Columns == 0) return new GgufTensor(name, [weight.Rows], GgufType.F32, () => Encode(weight.Values, GgufType.F32));
        int heads = name.Split('.')[^2] switch { "attn_q" => Heads, "attn_k" => KeyValueHeads, _ => 0 };
        return new GgufTensor(
            name, [weight.Columns, weight.Rows], type, () => Encode(heads > 0 ? Interleave(weight, heads) : weight.Values, type));
    }

    private static string Rename(string name)
    {
        const string layers = "model.layers.";
        if (!name.StartsWith(layers, StringComparison.Ordinal)) return Names[name];
        string[] parts = name[layers.Length..].Split('.', 2);
        return $"blk.{parts[0]}.{Names[parts[1]]}";
    }

    /// <summary>Hugging Face rotates number i of a head with i + half, llama.cpp's Llama 2i with 2i + 1: rows move accordingly.</summary>
    private static ushort[] Interleave(Weight weight, int heads)
    {
        var moved = new ushort[weight.Values.Length];
        int half = HeadSize / 2;
        for (int head = 0; head < heads; head++)
        {
            for (int row = 0; row < HeadSize; row++)
            {
                int target = row < half ? 2 * row : 2 * (row - half) + 1;
                weight.Values.AsSpan((head * HeadSize + row) * weight.Columns, weight.Columns)
                    .CopyTo(moved.AsSpan((head * HeadSize + target) * weight.Columns));
            }
        }

        return moved;
    }

    private static byte[] Encode(ushort[] values, GgufType type) => type switch
    {
        GgufType.BF16 => MemoryMarshal.AsBytes<ushort>(values).ToArray(),
        GgufType.F16 => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)Widen(v))).ToArray(),
        GgufType.F32 => MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, Widen)).ToArray(),
        GgufType.Q80 => Quantize(values),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>ggml's q8_0: the largest magnitude of a block becomes 127.</summary>
    private static byte[] Quantize(ushort[] values)
    {
        var bytes = new byte[values.Length / BlockSize * (BlockSize + 2)];
        for (int block = 0, at = 0; block < values.Length; block += BlockSize, at += BlockSize + 2)
        {
            var numbers = values.AsSpan(block, BlockSize);
            float most = 0;
            foreach (ushort number in numbers) most = Math.Max(most, Math.Abs(Widen(number)));
            float scale = most / 127, inverse = scale == 0 ? 0 : 1 / scale;
            MemoryMarshal.Write(bytes.AsSpan(at), (Half)scale);
            for (int i = 0; i < BlockSize; i++)
                bytes[at + 2 + i] = (byte)(sbyte)MathF.Round(Widen(numbers[i]) * inverse, MidpointRounding.AwayFromZero);
        }

        return bytes;
    }

    private static float Widen(ushort bfloat16) => BitConverter.UInt32BitsToSingle((uint)bfloat16 << 16);
}
