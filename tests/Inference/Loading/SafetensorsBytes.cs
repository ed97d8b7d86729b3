using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Serverless.Inference.Tests.Loading;

/// <summary>Writes safetensors files, well-formed ones and others.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A header of any text before any data.</summary>
    public static byte[] Raw(string header, params ReadOnlySpan<byte> data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file.AsSpan(8 + json.Length));
        return file;
    }

    /// <summary>One F32 tensor a name, a vector of the numbers given.</summary>
    public static byte[] Vectors(params IEnumerable<(string Name, float[] Numbers)> tensors)
    {
        var header = new List<string>();
        var data = new List<byte>();
        foreach (var (name, numbers) in tensors)
        {
            int begin = data.Count;
            data.AddRange(MemoryMarshal.AsBytes(numbers.AsSpan()));
            header.Add($$""" "{{name}}":{"dtype":"F32","shape":[{{numbers.Length}}],"data_offsets":[{{begin}},{{data.Count}}]} """);
        }

        return Raw($$"""{"__metadata__":{"format":"pt"},{{string.Join(',', header)}}}""", CollectionsMarshal.AsSpan(data));
    }
}
