using System.Runtime.CompilerServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Products with float weights: every output is one chain of fused multiply-adds over the inputs in order, starting at the bias (or 0).
/// Rows and inputs are taken in blocks, so that activations stay in cache while panels stream by; between blocks of inputs the running sums
/// rest in the output, which changes no bit. A chunk is a run of panels.
/// </summary>
internal unsafe struct MatMulWork<S, V, F> : IChunkedWork
    where S : ISimd<V>
    where V : struct
    where F : IPairFormat<V>
{
    private const int RowBlock = 192;

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

    /// <summary>Inputs of a block: a panel's share fits into half of a level-1 cache.</summary>
    private readonly int KBlock => Rows <= 16 ? Columns : S.Width == 16 ? 512 : 256;

    public readonly void Run(int chunk)
    {
        int begin = chunk * PanelsPerChunk;
        int end = Math.Min(Panels, begin + PanelsPerChunk);
        if (Rows == 1)
        {
            MatVec<S, V, F>.Run(X, Weight, PanelBytes, Bias, Output, Columns, begin, end);
            return;
        }

        for (int row = 0; row < Rows; row += RowBlock)
        {
            int lastRow = Math.Min(Rows, row + RowBlock) - 1;
            for (int k = 0; k < Columns; k += KBlock)
            {
                int count = Math.Min(KBlock, Columns - k);
                for (int panel = begin; panel < end; panel++)
                {
                    Block(row, lastRow, k, count, panel);
                }
            }
        }
    }

    /// <summary>One panel's share of some rows' sums, tile by tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Block(int row, int lastRow, int k, int count, int panel)
    {
        int column = panel * CpuMatrix.PanelRows;
        byte* weight = Weight + (panel * PanelBytes) + ((long)k * 16 * F.PairBytes);
        for (int lane = 0; lane < 16; lane += S.Width)
        {
            var tile = new MatMulTile<S, V, F>
            {
                X = X + k,
                XStride = XStride,
                LastRow = lastRow,
                Weight = weight + (lane * 4),
                Count = count,
                Start = k > 0 ? null : Bias == null ? MatMulTile.Zeros : Bias + column + lane,
                Output = Output + column + lane,
                OutputStride = OutputStride,
            };
            int next = row;
            while (next <= lastRow)
            {
                int left = lastRow - next + 1;
                if (S.Width == 16 && left > 6)
                {
                    tile.Rows8(next);
                    next += 8;
                }
                else if (left is 5 or 6 or > 8)
                {
                    tile.Rows6(next);
                    next += 6;
                }
                else
                {
                    tile.Rows4(next);
                    next += 4;
                }
            }
        }
    }
}
