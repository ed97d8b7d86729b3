using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Products with float weights: every output is one chain of fused multiply-adds over the inputs in order, starting at the bias (or 0).
/// Inputs are taken in blocks, so that a block of a panel stays in cache while all rows use it; between blocks the running sums rest in the
/// output, which changes no bit. A chunk is a run of panels.
/// </summary>
internal unsafe struct MatMulWork<S, V, F> : IChunkedWork
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    private const int KBlock = 512;

    public float* X;
    public int XStride;
    public byte* Weight;
    public long PanelBytes;
    public float* Bias;
    public float* Output;
    public int OutputStride;
    public int Rows;
    public int Columns;
    public int Panels;
    public int PanelsPerChunk;

    public readonly int Chunks => (Panels + PanelsPerChunk - 1) / PanelsPerChunk;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        int end = Math.Min(Panels, (chunk + 1) * PanelsPerChunk);
        nint step = 16 * F.PairBytes;
        for (int panel = chunk * PanelsPerChunk; panel < end; panel++)
        {
            int column = panel * CpuMatrix.PanelRows;
            for (int k = 0; k < Columns; k += KBlock)
            {
                int count = Math.Min(KBlock, Columns - k);
                byte* weight = Weight + (panel * PanelBytes) + (k * step);
                for (int lane = 0; lane < 16; lane += S.Width)
                {
                    float* bias = Bias == null ? null : Bias + column + lane;
                    for (int row = 0; row < Rows; row += 4)
                    {
                        Tile4(row, k, count, weight + (lane * 4), column + lane, bias);
                    }
                }
            }
        }
    }

    /// <summary>Four rows by two vectors. Rows past the last are the last again: they write what it writes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Tile4(int row, int k, int count, byte* weight, int column, float* bias)
    {
        int last = Rows - 1;
        int row1 = Math.Min(row + 1, last);
        int row2 = Math.Min(row + 2, last);
        int row3 = Math.Min(row + 3, last);
        float* x0 = X + ((long)row * XStride) + k;
        float* x1 = X + ((long)row1 * XStride) + k;
        float* x2 = X + ((long)row2 * XStride) + k;
        float* x3 = X + ((long)row3 * XStride) + k;
        float* o0 = Output + ((long)row * OutputStride) + column;
        float* o1 = Output + ((long)row1 * OutputStride) + column;
        float* o2 = Output + ((long)row2 * OutputStride) + column;
        float* o3 = Output + ((long)row3 * OutputStride) + column;
        Start(k, o0, bias, out V c00, out V c01);
        Start(k, o1, bias, out V c10, out V c11);
        Start(k, o2, bias, out V c20, out V c21);
        Start(k, o3, bias, out V c30, out V c31);
        nint step = 16 * F.PairBytes;
        for (nint i = 0; i < count; i++)
        {
            F.Load(weight, 64, out V a, out V b);
            V x = S.Broadcast(x0[i]);
            c00 = S.Fma(x, a, c00);
            c01 = S.Fma(x, b, c01);
            x = S.Broadcast(x1[i]);
            c10 = S.Fma(x, a, c10);
            c11 = S.Fma(x, b, c11);
            x = S.Broadcast(x2[i]);
            c20 = S.Fma(x, a, c20);
            c21 = S.Fma(x, b, c21);
            x = S.Broadcast(x3[i]);
            c30 = S.Fma(x, a, c30);
            c31 = S.Fma(x, b, c31);
            weight += step;
        }

        Finish(o0, c00, c01);
        Finish(o1, c10, c11);
        Finish(o2, c20, c21);
        Finish(o3, c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(int k, float* output, float* bias, out V a, out V b)
    {
        float* source = k == 0 ? bias : output;
        a = source == null ? default : S.Load(source);
        b = source == null ? default : S.Load(source + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* output, V a, V b)
    {
        S.Store(output, a);
        S.Store(output + 16, b);
    }
}
