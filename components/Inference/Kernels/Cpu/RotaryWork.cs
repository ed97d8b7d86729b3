namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Norms and rotates the query and key heads of a row and writes key and value into the row's KV slot.</summary>
internal unsafe struct RotaryWork<S, V> : IRowWork
    where S : ISimd<V>
    where V : struct
{
    public float* Qkv;
    public int Stride;
    public int QueryHeads;
    public int KvHeads;
    public int HeadSize;
    public float* Cos;
    public float* Sin;
    public int Half;

    /// <summary>Norm weights; null for none.</summary>
    public float* QueryNorm;
    public float* KeyNorm;
    public float Epsilon;
    public int* Positions;
    public int* Slots;
    public KvView Cache;

    public readonly void Row(int row)
    {
        float* heads = Qkv + ((long)row * Stride);
        float* cos = Cos + ((long)Positions[row] * Half);
        float* sin = Sin + ((long)Positions[row] * Half);
        for (int head = 0; head < QueryHeads + KvHeads; head++)
        {
            float* x = heads + (head * HeadSize);
            float* norm = head < QueryHeads ? QueryNorm : KeyNorm;
            if (norm != null)
            {
                NormWork<S, V>.Normalise(x, norm, HeadSize, Epsilon, x);
            }

            Rotate(x, cos, sin);
        }

        float* keys = heads + (QueryHeads * HeadSize);
        float* values = keys + (KvHeads * HeadSize);
        for (int head = 0; head < KvHeads; head++)
        {
            Cache.Store(Slots[row], head, keys + (head * HeadSize), values + (head * HeadSize));
        }
    }

    private readonly void Rotate(float* x, float* cos, float* sin)
    {
        float* y = x + Half;
        int i = 0;
        for (; i <= Half - S.Width; i += S.Width)
        {
            V a = S.Load(x + i);
            V b = S.Load(y + i);
            V c = S.Load(cos + i);
            V s = S.Load(sin + i);
            S.Store(x + i, S.Fma(a, c, S.Subtract(default, S.Multiply(b, s))));
            S.Store(y + i, S.Fma(b, c, S.Multiply(a, s)));
        }

        for (; i < Half; i++)
        {
            float a = x[i];
            float b = y[i];
            x[i] = MathF.FusedMultiplyAdd(a, cos[i], 0 - (b * sin[i]));
            y[i] = MathF.FusedMultiplyAdd(b, cos[i], a * sin[i]);
        }
    }
}
