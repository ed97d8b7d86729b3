namespace Serverless.Inference.Kernels.Cuda;

/// <summary>What a card does at best, measured: floors of other figures are computed from it.</summary>
/// <param name="BytesPerSecond">Copying on the card, bytes read and written.</param>
/// <param name="FlopsPerSecond">A bfloat16 matrix product [8192, 8192] x [8192, 8192] of random numbers, two operations a multiplication.</param>
public sealed unsafe record CudaCeilings(double BytesPerSecond, double FlopsPerSecond)
{
    private const int Size = 8192;
    private const int Rounds = 10;
    private const long CopyBytes = 2L << 30;

    /// <summary>Measures; takes about 5 GiB of the card for less than a second.</summary>
    /// <param name="device">The card.</param>
    /// <exception cref="InferenceException">A CUDA library is missing, or memory.</exception>
    public static CudaCeilings Measure(CudaDevice device)
    {
        long matrixBytes = (long)Size * Size * sizeof(ushort);
        using var kernels = new CudaKernels(device, DType.BFloat16, arenaBytes: (2 * CopyBytes) + (4 * matrixBytes) + (256 << 20));
        kernels.Context.MakeCurrent();
        var stream = kernels.Context.Stream;
        var from = kernels.Arena.Allocate(CopyBytes);
        var to = kernels.Arena.Allocate(CopyBytes);
        stream.Fill(from, 1, CopyBytes);
        double copy = Median(stream, () => stream.Copy(to, from, CopyBytes));

        byte[] random = new byte[matrixBytes];
        new Random(1).NextBytes(random);

        // Numbers of a sensible size: signs, few exponents, all of the mantissa.
        for (int i = 1; i < random.Length; i += 2) random[i] = (byte)((random[i] & 0x80) | 0x3f);
        using var weight = kernels.LoadMatrix(random, DType.BFloat16, Size, Size, DType.BFloat16);
        using var x = new CudaTensor(kernels.Arena, Size, Size, DType.BFloat16);
        using var output = new CudaTensor(kernels.Arena, Size, Size, DType.BFloat16);
        stream.Copy(x.Data, ((CudaMatrix)weight).Data, matrixBytes);
        double product = Median(stream, () => kernels.MatMul(x, weight, null, Size, output));
        return new CudaCeilings(2 * CopyBytes / copy, 2.0 * Size * Size * Size / product);
    }

    private static double Median(CudaStream stream, Action work)
    {
        using CudaEvent start = new(timing: true), end = new(timing: true);
        work();
        var seconds = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            start.Record(stream);
            work();
            end.Record(stream);
            end.Synchronize();
            seconds[i] = CudaEvent.Milliseconds(start, end) / 1e3;
        }

        Array.Sort(seconds);
        return seconds[Rounds / 2];
    }
}
