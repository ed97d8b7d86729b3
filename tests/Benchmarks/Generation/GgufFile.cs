using System.Text;

namespace Serverless.Benchmarks.Generation;

/// <summary>Number formats of GGUF tensors, with the ids of the file format.</summary>
public enum GgufType
{
    /// <summary>32-bit floating point.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>Blocks of 32: a half-precision scale and 32 signed bytes.</summary>
    Q80 = 8,

    /// <summary>The upper half of a 32-bit floating point number.</summary>
    BF16 = 30,
}

/// <summary>A tensor as it stands in the file.</summary>
/// <param name="Name">llama.cpp's name.</param>
/// <param name="Shape">Innermost dimension first, as the format has it.</param>
/// <param name="Type">Its numbers.</param>
/// <param name="Data">Its bytes, made when they are written.</param>
public sealed record GgufTensor(string Name, long[] Shape, GgufType Type, Func<byte[]> Data)
{
    /// <summary>Bytes of the data.</summary>
    public long Size => Shape.Aggregate(1L, (product, n) => product * n) * Type switch
    {
        GgufType.F32 => 128,
        GgufType.Q80 => 34,
        _ => 64,
    } / 32;
}

/// <summary>Writes version 3 of the GGUF format (ggml-org/ggml, docs/gguf.md).</summary>
public sealed class GgufFile
{
    private const int Alignment = 32;
    private readonly List<(string Key, object Value)> _fields = [];
    private readonly List<GgufTensor> _tensors = [];

    /// <summary>Adds a field: a string, uint, float or bool.</summary>
    public void Add(string key, object value) => _fields.Add((key, value));

    /// <summary>Adds a tensor.</summary>
    public void Add(GgufTensor tensor) => _tensors.Add(tensor);

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((long)_tensors.Count);
        writer.Write((long)_fields.Count);
        foreach (var (key, value) in _fields)
        {
            WriteText(writer, key);
            WriteValue(writer, value);
        }

        long offset = 0;
        foreach (GgufTensor tensor in _tensors)
        {
            WriteText(writer, tensor.Name);
            writer.Write(tensor.Shape.Length);
            foreach (long size in tensor.Shape) writer.Write(size);
            writer.Write((int)tensor.Type);
            writer.Write(offset);
            offset = Aligned(offset + tensor.Size);
        }

        foreach (GgufTensor tensor in _tensors)
        {
            Pad(writer);
            byte[] data = tensor.Data();
            if (data.Length != tensor.Size)
                throw new InvalidOperationException($"{tensor.Name} has {data.Length} bytes, its shape needs {tensor.Size}.");
            writer.Write(data);
        }

        Pad(writer);
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        writer.Write(new byte[Aligned(writer.BaseStream.Position) - writer.BaseStream.Position]);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case uint number:
                writer.Write(4);
                writer.Write(number);
                break;
            case float number:
                writer.Write(6);
                writer.Write(number);
                break;
            case bool flag:
                writer.Write(7);
                writer.Write(flag);
                break;
            case string text:
                writer.Write(8);
                WriteText(writer, text);
                break;
            default:
                throw new ArgumentException($"GGUF fields of type {value.GetType().Name} are not written here.", nameof(value));
        }
    }
}
