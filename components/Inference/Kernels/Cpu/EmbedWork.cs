namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Reads rows of a packed matrix back.</summary>
internal unsafe struct EmbedWork : IRowWork
{
    public byte* Table;
    public long PanelBytes;
    public DType Storage;
    public int Columns;
    public int* Tokens;
    public float* Output;
    public int OutputStride;

    public readonly void Row(int row)
    {
        int token = Tokens[row];
        byte* panel = Table + (token / CpuMatrix.PanelRows * PanelBytes);
        int lane = token % CpuMatrix.PanelRows;
        int pairLane = (lane % 16 * 2) + (lane / 16);
        float* output = Output + ((long)row * OutputStride);
        switch (Storage)
        {
            case DType.Float32:
                for (int k = 0; k < Columns; k++)
                {
                    output[k] = ((float*)panel)[((long)k * CpuMatrix.PanelRows) + lane];
                }

                break;
            case DType.Int8:
                for (int k = 0; k < Columns; k++)
                {
                    byte* block = panel + ((long)(k / CpuMatrix.Int8Block) * CpuMatrix.Int8BlockBytes);
                    int group = k % CpuMatrix.Int8Block / 4;
                    sbyte weight = ((sbyte*)block)[(CpuMatrix.PanelRows * 2) + (group * CpuMatrix.PanelRows * 4) + (lane * 4) + (k % 4)];
                    output[k] = weight * Numbers.FromBFloat16(((ushort*)block)[pairLane]);
                }

                break;
            default:
                for (int k = 0; k < Columns; k++)
                {
                    output[k] = Numbers.From16Bits(((ushort*)panel)[((long)k * CpuMatrix.PanelRows) + pairLane], Storage);
                }

                break;
        }
    }
}
