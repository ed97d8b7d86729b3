using System.IO.Compression;
using System.Reflection;

namespace Serverless.Inference.Tokenization.Normalizers.Unicode;

/// <summary>
/// What normalisation needs to know of each character (Unicode Standard Annex 15), from tables of our own: without ICU,
/// .NET's Normalize changes nothing. Unicode 9.0, as in the reference; make_tables.py says why. Loaded at first use.
/// </summary>
internal sealed class NormalizationTables
{
    /// <summary>Characters from here on neither decompose nor combine, but for Hangul, which is below.</summary>
    public const int End = 0x30000;

    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailFirst = 0x11A7;
    private const int VowelCount = 21;
    private const int TailCount = 28;

    private static readonly Lazy<NormalizationTables> s_shared = new(() => new NormalizationTables());
    private readonly byte[] _classes = new byte[End];
    private readonly List<(int First, int End)> _marks = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<(int, int), int> _composed = [];
    private readonly HashSet<int> _primary = [];
    private readonly HashSet<int> _second = [];

    private NormalizationTables()
    {
        ReadOnlySpan<byte> data = Unpack();
        ReadClasses(ref data);
        ReadDecompositions(ref data);
        ReadCompositions(ref data);
        ReadMarks(ref data);
    }

    /// <summary>The tables.</summary>
    public static NormalizationTables Shared => s_shared.Value;

    /// <summary>The canonical combining class: 0 for what does not move.</summary>
    public int Class(int codePoint) => codePoint < End ? _classes[codePoint] : 0;

    /// <summary>Whether the character is a combining mark, <c>\p{M}</c>.</summary>
    public bool IsMark(int codePoint) => _marks.Exists(run => codePoint >= run.First && codePoint < run.End);

    /// <summary>Whether the character decomposes.</summary>
    public bool Decomposes(int codePoint, bool compatibility) =>
        IsHangul(codePoint) || _canonical.ContainsKey(codePoint) || (compatibility && _compatible.ContainsKey(codePoint));

    /// <summary>Whether composed text may not hold the character, or not everywhere: it decomposes for good, or combines with what is before it.</summary>
    public bool UnsafeComposed(int codePoint, bool compatibility) =>
        (Decomposes(codePoint, compatibility) && !IsHangul(codePoint) && !(_primary.Contains(codePoint) && !(compatibility && _compatible.ContainsKey(codePoint))))
        || _second.Contains(codePoint)
        || codePoint is (>= VowelFirst and < VowelFirst + VowelCount) or (> TailFirst and < TailFirst + TailCount);

    /// <summary>Adds the complete decomposition of a character.</summary>
    public void Decompose(int codePoint, bool compatibility, Text.IdBuffer output)
    {
        if (IsHangul(codePoint))
        {
            int index = codePoint - HangulFirst;
            output.Add(LeadFirst + index / (VowelCount * TailCount));
            output.Add(VowelFirst + index / TailCount % VowelCount);
            if (index % TailCount != 0)
                output.Add(TailFirst + index % TailCount);
        }
        else if (compatibility && _compatible.TryGetValue(codePoint, out int[]? parts))
        {
            output.Add(parts);
        }
        else if (_canonical.TryGetValue(codePoint, out parts))
        {
            output.Add(parts);
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>The character that two compose to, or -1.</summary>
    public int Compose(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + 19 && second is >= VowelFirst and < VowelFirst + VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TailCount;
        if (IsHangul(first) && (first - HangulFirst) % TailCount == 0 && second is > TailFirst and < TailFirst + TailCount)
            return first + second - TailFirst;
        return _composed.TryGetValue((first, second), out int composed) ? composed : -1;
    }

    private static bool IsHangul(int codePoint) => (uint)(codePoint - HangulFirst) < HangulCount;

    private static byte[] Unpack()
    {
        Assembly assembly = typeof(NormalizationTables).Assembly;
        string name = assembly.GetManifestResourceNames().Single(name => name.EndsWith("normalization.bin", StringComparison.Ordinal));
        using var packed = new ZLibStream(assembly.GetManifestResourceStream(name)!, CompressionMode.Decompress);
        using var data = new MemoryStream();
        packed.CopyTo(data);
        return data.ToArray();
    }

    private void ReadClasses(ref ReadOnlySpan<byte> data)
    {
        int codePoint = 0;
        for (int count = Number(ref data); count > 0; count--)
        {
            codePoint += Number(ref data);
            _classes[codePoint] = (byte)Number(ref data);
        }
    }

    private void ReadDecompositions(ref ReadOnlySpan<byte> data)
    {
        int codePoint = 0;
        for (int count = Number(ref data); count > 0; count--)
        {
            codePoint += Number(ref data);
            int kind = Number(ref data);
            var parts = new int[kind / 2];
            for (int i = 0; i < parts.Length; i++)
                parts[i] = Number(ref data);
            (kind % 2 == 0 ? _canonical : _compatible).Add(codePoint, parts);
        }
    }

    private void ReadCompositions(ref ReadOnlySpan<byte> data)
    {
        int first = 0;
        for (int count = Number(ref data); count > 0; count--)
        {
            first += Number(ref data);
            int second = Number(ref data);
            int composed = Number(ref data);
            _composed.Add((first, second), composed);
            _primary.Add(composed);
            _second.Add(second);
        }
    }

    private void ReadMarks(ref ReadOnlySpan<byte> data)
    {
        int first = 0;
        for (int count = Number(ref data); count > 0; count--)
        {
            first += Number(ref data);
            _marks.Add((first, first + Number(ref data)));
        }
    }

    private static int Number(ref ReadOnlySpan<byte> data)
    {
        int value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = data[0];
            data = data[1..];
            value |= (next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
