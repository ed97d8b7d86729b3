namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Activations quantised per row and block of 32 inputs, in scratch memory of the kernels.</summary>
internal unsafe struct Int8Rows
{
    private readonly short* _values;
    private readonly float* _scales;
    private readonly int _blocks;

    public Int8Rows(byte* scratch, int rows, int columns)
    {
        _blocks = CpuMatrix.Int8Blocks(columns);
        _values = (short*)scratch;
        _scales = (float*)(scratch + ((long)rows * _blocks * CpuMatrix.Int8Block * sizeof(short)));
    }

    public static long Bytes(int rows, int columns) =>
        (long)rows * CpuMatrix.Int8Blocks(columns) * ((CpuMatrix.Int8Block * sizeof(short)) + sizeof(float));

    public readonly short* Values(int row) => _values + ((long)row * _blocks * CpuMatrix.Int8Block);

    public readonly float* Scales(int row) => _scales + ((long)row * _blocks);

    public readonly void Quantise(int row, ReadOnlySpan<float> x)
    {
        short* values = Values(row);
        for (int block = 0; block < _blocks; block++)
        {
            ReadOnlySpan<float> part = x[(block * CpuMatrix.Int8Block)..Math.Min(x.Length, (block + 1) * CpuMatrix.Int8Block)];
            float largest = 0;
            foreach (float value in part)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            float scale = largest / 127;
            float inverse = largest == 0 ? 0 : 127 / largest;
            Scales(row)[block] = scale;
            short* target = values + (block * CpuMatrix.Int8Block);
            for (int i = 0; i < CpuMatrix.Int8Block; i++)
            {
                target[i] = i < part.Length ? (short)MathF.Round(part[i] * inverse) : (short)0;
            }
        }
    }
}
