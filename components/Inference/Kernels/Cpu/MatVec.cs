using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Products with a single row: as fast as memory delivers weights. Eight running sums at once (four panels of two vectors, or two of
/// four) hide the latency of the multiply-adds, and four or two streams at once keep the prefetchers busy.
/// </summary>
internal static unsafe class MatVec<S, V, F>
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    /// <summary>Computes the outputs of panels begin to end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, byte* weight, long panelBytes, float* bias, float* output, int columns, int begin, int end)
    {
        int panels = S.Width == 16 ? 4 : 2;
        for (int panel = begin; panel < end; panel += panels)
        {
            for (int lane = 0; lane < 16; lane += S.Width * 4 / panels)
            {
                // Missing panels are the last one again; at 512 bits a panel is one pair of vectors, else two pairs are neighbours.
                int second = Math.Min(panel + 1, end - 1);
                int pair0 = Pair(panel, lane);
                int pair1 = S.Width == 16 ? Pair(second, 0) : Pair(panel, lane + S.Width);
                int pair2 = S.Width == 16 ? Pair(Math.Min(panel + 2, end - 1), 0) : Pair(second, lane);
                int pair3 = S.Width == 16 ? Pair(Math.Min(panel + 3, end - 1), 0) : Pair(second, lane + S.Width);
                Pairs4(x, weight, panelBytes, bias, output, columns, pair0, pair1, pair2, pair3);
            }
        }
    }

    /// <summary>First output of a pair of vectors (the other one's is 16 later).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pair(int panel, int lane) => (panel * CpuMatrix.PanelRows) + lane;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pairs4(
        float* x, byte* weight, long panelBytes, float* bias, float* output, int columns, int pair0, int pair1, int pair2, int pair3)
    {
        byte* w0 = First(weight, panelBytes, pair0);
        byte* w1 = First(weight, panelBytes, pair1);
        byte* w2 = First(weight, panelBytes, pair2);
        byte* w3 = First(weight, panelBytes, pair3);
        Start(bias, pair0, out V a0, out V b0);
        Start(bias, pair1, out V a1, out V b1);
        Start(bias, pair2, out V a2, out V b2);
        Start(bias, pair3, out V a3, out V b3);
        nint at = 0;
        for (nint i = 0; i < columns; i++)
        {
            V value = S.Broadcast(x[i]);
            F.Load(w0 + at, 64, out V a, out V b);
            a0 = S.Fma(value, a, a0);
            b0 = S.Fma(value, b, b0);
            F.Load(w1 + at, 64, out a, out b);
            a1 = S.Fma(value, a, a1);
            b1 = S.Fma(value, b, b1);
            F.Load(w2 + at, 64, out a, out b);
            a2 = S.Fma(value, a, a2);
            b2 = S.Fma(value, b, b2);
            F.Load(w3 + at, 64, out a, out b);
            a3 = S.Fma(value, a, a3);
            b3 = S.Fma(value, b, b3);
            at += 16 * F.PairBytes;
        }

        Store(output + pair0, a0, b0);
        Store(output + pair1, a1, b1);
        Store(output + pair2, a2, b2);
        Store(output + pair3, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* First(byte* weight, long panelBytes, int pair) =>
        weight + (pair / CpuMatrix.PanelRows * panelBytes) + (pair % CpuMatrix.PanelRows * 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(float* bias, int pair, out V a, out V b)
    {
        a = bias == null ? default : S.Load(bias + pair);
        b = bias == null ? default : S.Load(bias + pair + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* output, V a, V b)
    {
        S.Store(output, a);
        S.Store(output + 16, b);
    }
}
