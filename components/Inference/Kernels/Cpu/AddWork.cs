namespace Serverless.Inference.Kernels.Cpu;

/// <summary>x += delta. Rows are padded to whole vectors, so there is no tail.</summary>
internal unsafe struct AddWork<S, V> : IRowWork
    where S : ISimd<V>
    where V : struct
{
    public float* X;
    public int XStride;
    public float* Delta;
    public int DeltaStride;
    public int Columns;

    public readonly void Row(int row)
    {
        float* x = X + ((long)row * XStride);
        float* delta = Delta + ((long)row * DeltaStride);
        for (int i = 0; i < Columns; i += S.Width)
        {
            S.Store(x + i, S.Add(S.Load(x + i), S.Load(delta + i)));
        }
    }
}
