namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Products with int8 weights: activations are quantised per row and block of 32 (largest magnitude / 127), a block's products are summed
/// exactly as integers, then output = fma(sum, weight scale * activation scale, output), blocks in order, starting at the bias (or 0).
/// A chunk is a run of panels.
/// </summary>
internal unsafe struct Int8MatMulWork<S, V> : IChunkedWork
    where S : ISimd<V>
    where V : struct
{
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

    public readonly void Run(int chunk)
    {
        int end = Math.Min(Panels, (chunk + 1) * PanelsPerChunk);
        int* sums = stackalloc int[CpuMatrix.PanelRows];
        for (int panel = chunk * PanelsPerChunk; panel < end; panel++)
        {
            int column = panel * CpuMatrix.PanelRows;
            for (int row = 0; row < Rows; row++)
            {
                float* output = Output + ((long)row * OutputStride) + column;
                for (int i = 0; i < CpuMatrix.PanelRows; i++)
                {
                    output[i] = Bias == null ? 0 : Bias[column + i];
                }

                for (int block = 0; block < Blocks; block++)
                {
                    byte* weight = Weight + (panel * PanelBytes) + ((long)block * CpuMatrix.Int8BlockBytes);
                    short* x = X.Values(row) + (block * CpuMatrix.Int8Block);
                    float scale = X.Scales(row)[block];
                    for (int i = 0; i < CpuMatrix.PanelRows; i++)
                    {
                        sbyte* w = (sbyte*)weight + (CpuMatrix.PanelRows * 2) + (i * 4);
                        int sum = 0;
                        for (int k = 0; k < CpuMatrix.Int8Block; k++)
                        {
                            sum += w[(k / 4 * CpuMatrix.PanelRows * 4) + (k % 4)] * x[k];
                        }

                        float weightScale = Numbers.FromBFloat16(((ushort*)weight)[(i % 16 * 2) + (i / 16)]);
                        output[i] = MathF.FusedMultiplyAdd(sum, weightScale * scale, output[i]);
                    }
                }
            }
        }
    }
}
