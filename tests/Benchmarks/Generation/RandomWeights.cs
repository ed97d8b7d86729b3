using static Serverless.Benchmarks.Generation.ModelShape;

namespace Serverless.Benchmarks.Generation;

/// <summary>Weights that are the same on every run: uniform, scaled so that activations keep their size through the layers.</summary>
public static class RandomWeights
{
    /// <summary>All weights of the model, about 250 MB.</summary>
    public static IReadOnlyList<Weight> Make()
    {
        var weights = new List<Weight> { Matrix("model.embed_tokens.weight", Vocabulary, Hidden), Norm("model.norm.weight") };
        for (int layer = 0; layer < Layers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            weights.Add(Norm(prefix + "input_layernorm.weight"));
            weights.Add(Matrix(prefix + "self_attn.q_proj.weight", Heads * HeadSize, Hidden));
            weights.Add(Matrix(prefix + "self_attn.k_proj.weight", KeyValueHeads * HeadSize, Hidden));
            weights.Add(Matrix(prefix + "self_attn.v_proj.weight", KeyValueHeads * HeadSize, Hidden));
            weights.Add(Matrix(prefix + "self_attn.o_proj.weight", Hidden, Heads * HeadSize));
            weights.Add(Norm(prefix + "post_attention_layernorm.weight"));
            weights.Add(Matrix(prefix + "mlp.gate_proj.weight", Intermediate, Hidden));
            weights.Add(Matrix(prefix + "mlp.up_proj.weight", Intermediate, Hidden));
            weights.Add(Matrix(prefix + "mlp.down_proj.weight", Hidden, Intermediate));
        }

        return weights;

        Weight Matrix(string name, int rows, int columns) => Fill(name, rows, columns, 0, MathF.Sqrt(3f / columns));
        Weight Norm(string name) => Fill(name, Hidden, 0, 1, 0.2f);
    }

    private static Weight Fill(string name, int rows, int columns, float centre, float reach)
    {
        var values = new ushort[rows * Math.Max(1, columns)];
        ulong state = 14695981039346656037; // FNV-1a of the name seeds xorshift64*
        foreach (char c in name) state = (state ^ c) * 1099511628211;
        for (int i = 0; i < values.Length; i++)
        {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            float unit = (state * 2685821657736338717 >> 40) * (1f / (1 << 23)) - 1;
            values[i] = ToBfloat16(centre + reach * unit);
        }

        return new Weight(name, rows, columns, values);
    }

    private static ushort ToBfloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
