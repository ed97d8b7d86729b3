using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Products with int8 weights: a block's products are summed exactly as integers, then
/// output = fma(sum, weight scale * activation scale, output), blocks in order, starting at the bias (or 0). A chunk is a run of panels.
/// </summary>
internal unsafe struct Int8MatMulWork<S, V, D, I> : IChunkedWork
    where S : ISimd<V>
    where V : struct
    where D : IInt8Dot<I, V>
    where I : struct
{
    private const int Groups = CpuMatrix.Int8Block / 4;
    private const int GroupBytes = CpuMatrix.PanelRows * 4;
    private const int ScaleBytes = CpuMatrix.PanelRows * 2;

    public Int8Rows X;
    public byte* Weight;
    public long PanelBytes;
    public float* Bias;
    public float* Output;
    public int OutputStride;
    public int Rows;
    public int Blocks;
    public int Panels;
    public int PanelsPerChunk;

    public readonly int Chunks => (Panels + PanelsPerChunk - 1) / PanelsPerChunk;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int end = Math.Min(Panels, (chunk + 1) * PanelsPerChunk);
        for (int panel = chunk * PanelsPerChunk; panel < end; panel++)
        {
            int column = panel * CpuMatrix.PanelRows;
            byte* weight = Weight + (panel * PanelBytes);
            Start(column);
            for (int block = 0; block < Blocks; block++)
            {
                for (int lane = 0; lane < 16; lane += S.Width)
                {
                    if (Rows == 1)
                    {
                        Row(X.Row(0) + (block * X.BlockWords), weight + (lane * 4), Output + column + lane);
                        continue;
                    }

                    for (int row = 0; row < Rows; row += 4)
                    {
                        Rows4(row, block, weight + (lane * 4), column + lane);
                    }
                }

                weight += CpuMatrix.Int8BlockBytes;
            }
        }
    }

    /// <summary>Bias, or zeros.</summary>
    private readonly void Start(int column)
    {
        for (int row = 0; row < Rows; row++)
        {
            var output = new Span<float>(Output + ((long)row * OutputStride) + column, CpuMatrix.PanelRows);
            new ReadOnlySpan<float>(Bias == null ? MatMulTile.Zeros : Bias + column, CpuMatrix.PanelRows).CopyTo(output);
        }
    }

    /// <summary>One block of one row by two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(int* x, byte* weight, float* output)
    {
        I a = D.Broadcast(x[1]), b = a;
        byte* w = weight + ScaleBytes;
        int* words = x + 2;
        for (int group = 0; group < Groups; group++)
        {
            Prefetch.Near(w + 4096);
            D.Load(w, out I p, out I q);
            a = D.Add(a, p, q, words);
            D.Load(w + 64, out p, out q);
            b = D.Add(b, p, q, words);
            w += GroupBytes;
            words += D.Words;
        }

        BFloat16Pairs<S, V>.Load(weight, 0, out V scaleA, out V scaleB);
        Finish(x, a, b, scaleA, scaleB, output);
    }

    /// <summary>One block of four rows by two vectors; rows past the last are the last again and come last, so their sums are not stored twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Rows4(int row, int block, byte* weight, int column)
    {
        int last = Rows - 1;
        int offset = block * X.BlockWords;
        int* x0 = X.Row(row) + offset;
        int* x1 = X.Row(Math.Min(row + 1, last)) + offset;
        int* x2 = X.Row(Math.Min(row + 2, last)) + offset;
        int* x3 = X.Row(Math.Min(row + 3, last)) + offset;
        I a0 = D.Broadcast(x0[1]), b0 = a0;
        I a1 = D.Broadcast(x1[1]), b1 = a1;
        I a2 = D.Broadcast(x2[1]), b2 = a2;
        I a3 = D.Broadcast(x3[1]), b3 = a3;
        byte* w = weight + ScaleBytes;
        nint word = 2;
        for (int group = 0; group < Groups; group++)
        {
            Prefetch.Near(w + 4096);
            D.Load(w, out I p, out I q);
            D.Load(w + 64, out I r, out I s);
            a0 = D.Add(a0, p, q, x0 + word);
            b0 = D.Add(b0, r, s, x0 + word);
            a1 = D.Add(a1, p, q, x1 + word);
            b1 = D.Add(b1, r, s, x1 + word);
            a2 = D.Add(a2, p, q, x2 + word);
            b2 = D.Add(b2, r, s, x2 + word);
            a3 = D.Add(a3, p, q, x3 + word);
            b3 = D.Add(b3, r, s, x3 + word);
            w += GroupBytes;
            word += D.Words;
        }

        BFloat16Pairs<S, V>.Load(weight, 0, out V scaleA, out V scaleB);
        float* output = Output + ((long)row * OutputStride) + column;
        Finish(x0, a0, b0, scaleA, scaleB, output);
        if (row + 1 <= last)
        {
            Finish(x1, a1, b1, scaleA, scaleB, output + OutputStride);
        }

        if (row + 2 <= last)
        {
            Finish(x2, a2, b2, scaleA, scaleB, output + (2L * OutputStride));
        }

        if (row + 3 <= last)
        {
            Finish(x3, a3, b3, scaleA, scaleB, output + (3L * OutputStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(int* x, I a, I b, V scaleA, V scaleB, float* output)
    {
        V scale = S.Broadcast(*(float*)x);
        S.Store(output, S.Fma(D.ToSingle(a), S.Multiply(scaleA, scale), S.Load(output)));
        S.Store(output + 16, S.Fma(D.ToSingle(b), S.Multiply(scaleB, scale), S.Load(output + 16)));
    }
}
