using System.Buffers.Binary;
using System.Text.Json;
using Serverless.Inference.Kernels;

namespace Serverless.Inference.Loading;

/// <summary>Where one tensor lies in its file, as the header says and as was checked.</summary>
/// <param name="Type">The format's name of the type, such as <c>BF16</c>.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="Length">Bytes.</param>
internal sealed record SafetensorsEntry(string Type, long[] Shape, long Offset, long Length);

/// <summary>
/// Reads and checks the header of a safetensors file: eight bytes of little-endian length, so many bytes of JSON that name the
/// type, shape and byte range of every tensor, then the data, where the ranges follow each other without a hole up to the end
/// of the file (format of github.com/huggingface/safetensors).
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Longest header that the format allows.</summary>
    private const long MaxLength = 100_000_000;

    /// <summary>Every type of the format and its bits.</summary>
    private static readonly Dictionary<string, int> Bits = new()
    {
        ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6,
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E4M3"] = 8, ["F8_E5M2"] = 8, ["F8_E8M0"] = 8,
        ["I16"] = 16, ["U16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["I32"] = 32, ["U32"] = 32, ["F32"] = 32,
        ["I64"] = 64, ["U64"] = 64, ["F64"] = 64, ["C64"] = 64,
    };

    /// <summary>The engine's name of a type of the format; null for one that it has no kernels for.</summary>
    public static DType? ToDType(string type) => type switch
    {
        "F32" => DType.Float32,
        "BF16" => DType.BFloat16,
        "F16" => DType.Float16,
        _ => null,
    };

    /// <summary>Reads and checks.</summary>
    /// <exception cref="InferenceException">The file is not a whole, well-formed safetensors file.</exception>
    public static Dictionary<string, SafetensorsEntry> Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            long size = RandomAccess.GetLength(file);
            Span<byte> prefix = stackalloc byte[8];
            if (RandomAccess.Read(file, prefix, 0) < 8)
                throw ModelErrors.File(path, $"is truncated: expected at least 8 bytes, found {size}. Download it again.");
            if (prefix.SequenceEqual("version "u8))
                throw ModelErrors.File(path, "is a Git LFS pointer, not the weights. Run `git lfs pull` in its repository.");

            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (length > MaxLength)
                throw ModelErrors.File(path, $"is not a safetensors file: its header would have {length} bytes, the format allows {MaxLength}.");
            if (8 + (long)length > size)
                throw ModelErrors.File(path, $"is truncated: its header needs {8 + length} bytes, found {size}. Download it again.");
            byte[] json = new byte[length];
            if (RandomAccess.Read(file, json, 8) < json.Length) throw ModelErrors.File(path, "changed while it was read.");
            return Check(path, json, size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelErrors.File(path, $"cannot be read: {e.Message}", e);
        }
    }

    private static Dictionary<string, SafetensorsEntry> Check(string path, byte[] json, long fileSize)
    {
        long dataStart = 8 + json.Length;
        var header = JsonFields.Parse(path, json);
        var entries = new Dictionary<string, SafetensorsEntry>();
        foreach (string name in header.Names)
        {
            if (name != "__metadata__") entries.Add(name, ReadEntry(path, name, header.Object(name), dataStart));
        }

        long end = dataStart;
        string? previous = null;
        foreach (var (name, entry) in entries.OrderBy(e => e.Value.Offset).ThenBy(e => e.Value.Length))
        {
            if (entry.Offset != end)
            {
                string where = previous is null ? "at the start of the data" : $"after tensor {previous}";
                throw ModelErrors.File(path, entry.Offset < end
                    ? $"tensor {name} overlaps tensor {previous}: expected to start at byte {end - dataStart} of the data, found {entry.Offset - dataStart}."
                    : $"tensor {name} leaves a gap {where}: expected to start at byte {end - dataStart} of the data, found {entry.Offset - dataStart}.");
            }

            end = entry.Offset + entry.Length;
            previous = name;
            if (end > fileSize)
                throw ModelErrors.File(path, $"is truncated: tensor {name} ends at byte {end}, the file has {fileSize}. Download it again.");
        }

        if (end != fileSize)
            throw ModelErrors.File(path, $"has {fileSize - end} bytes that belong to no tensor: expected {end} bytes, found {fileSize}.");
        return entries;
    }

    private static SafetensorsEntry ReadEntry(string path, string name, JsonFields? fields, long dataStart)
    {
        if (fields is null) throw ModelErrors.File(path, $"tensor {name}: expected dtype, shape and data_offsets, found null.");
        string type = fields.Text("dtype") ?? throw ModelErrors.File(path, $"tensor {name} has no dtype.");
        if (!Bits.TryGetValue(type, out int bits)) throw ModelErrors.File(path, $"tensor {name} has dtype {type}, which the format does not know.");
        long[] shape = Integers(fields, "shape");
        long[] offsets = Integers(fields, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > long.MaxValue - dataStart)
            throw fields.Mismatch("data_offsets", "[begin, end]", fields.Find("data_offsets")!.Value);

        long expected = ByteCount(path, name, shape, bits);
        long found = offsets[1] - offsets[0];
        if (expected != found)
            throw ModelErrors.File(path, $"tensor {name} of shape [{string.Join(", ", shape)}] and dtype {type}: expected {expected} bytes, found {found}.");
        return new SafetensorsEntry(type, shape, dataStart + offsets[0], found);
    }

    private static long ByteCount(string path, string name, long[] shape, int bits)
    {
        UInt128 total = (UInt128)bits;
        foreach (long dimension in shape)
        {
            total *= (ulong)dimension;
            // A zero further on cannot help: no checkpoint of this engine has one beside a dimension as absurd as this.
            if (total > long.MaxValue) throw ModelErrors.File(path, $"tensor {name} of shape [{string.Join(", ", shape)}] is larger than any file.");
        }

        if (total % 8 != 0) throw ModelErrors.File(path, $"tensor {name} of shape [{string.Join(", ", shape)}] does not end at a byte.");
        return (long)(total / 8);
    }

    private static long[] Integers(JsonFields fields, string name)
    {
        if (fields.Find(name) is not { } value) throw ModelErrors.File(fields.File, $"a tensor has no {name}.");
        if (value.ValueKind != JsonValueKind.Array) throw fields.Mismatch(name, "a list of integers", value);
        return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long number) && number >= 0
            ? number : throw fields.Mismatch(name, "a list of integers from 0 on", value))];
    }
}
