namespace Serverless.Inference.Kernels.Cpu;

/// <summary>RMS norm of groups of columns.</summary>
internal unsafe struct NormWork<S, V> : IRowWork
    where S : ISimd<V>
    where V : struct
{
    public float* X;
    public int XStride;
    public float* Weight;
    public int Group;
    public int Columns;
    public float Epsilon;
    public float* Output;
    public int OutputStride;

    public readonly void Row(int row)
    {
        float* x = X + ((long)row * XStride);
        float* output = Output + ((long)row * OutputStride);
        for (int first = 0; first < Columns; first += Group)
        {
            Normalise(x + first, Weight, Group, Epsilon, output + first);
        }
    }

    /// <summary>output = x / sqrt(mean(x^2) + epsilon) * weight; output may be x.</summary>
    public static void Normalise(float* x, float* weight, int count, float epsilon, float* output)
    {
        float inverse = 1 / MathF.Sqrt((VectorMath.SumOfSquares<S, V>(x, count) / count) + epsilon);
        V factor = S.Broadcast(inverse);
        int i = 0;
        for (; i <= count - S.Width; i += S.Width)
        {
            S.Store(output + i, S.Multiply(S.Multiply(S.Load(x + i), factor), S.Load(weight + i)));
        }

        for (; i < count; i++)
        {
            output[i] = x[i] * inverse * weight[i];
        }
    }
}
