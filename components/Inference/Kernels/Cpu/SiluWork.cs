namespace Serverless.Inference.Kernels.Cpu;

/// <summary>silu(gate) * up = gate / (1 + e^-gate) * up. Rows are padded to whole vectors, so there is no tail.</summary>
internal unsafe struct SiluWork<S, V> : IRowWork
    where S : ISimd<V>
    where V : struct
{
    public float* X;
    public int XStride;
    public int Columns;
    public float* Output;
    public int OutputStride;

    public readonly void Row(int row)
    {
        float* gate = X + ((long)row * XStride);
        float* up = gate + Columns;
        float* output = Output + ((long)row * OutputStride);

        // Both strides reach past the last whole vector; what is written behind the row is padding.
        for (int i = 0; i < Columns; i += S.Width)
        {
            V g = S.Load(gate + i);
            V denominator = S.Add(S.Broadcast(1), VectorMath.Exp<S, V>(S.Subtract(default, g)));
            S.Store(output + i, S.Multiply(S.Divide(g, denominator), S.Load(up + i)));
        }
    }
}
