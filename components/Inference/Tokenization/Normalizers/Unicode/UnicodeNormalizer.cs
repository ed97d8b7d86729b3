using System.Text;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Normalizers.Unicode;

/// <summary>
/// NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15). Stretches of text that are normal already are copied; only those
/// around a character that may change are decomposed, ordered and composed.
/// </summary>
internal sealed class UnicodeNormalizer : Normalizer
{
    private const byte Changing = 1;
    private const byte Combining = 2;

    // Nothing below changes or combines, except in the compatibility forms.
    private const char FirstCanonical = '\u0300';
    private const char FirstCompatible = '\u00A0';

    private readonly NormalizationTables _tables = NormalizationTables.Shared;
    private readonly bool _compose;
    private readonly bool _compatibility;
    private readonly char _first;
    private readonly byte[] _flags = new byte[NormalizationTables.End];

    /// <summary>Creates the normalizer of a form.</summary>
    public UnicodeNormalizer(NormalizationForm form)
    {
        _compose = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        _compatibility = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        _first = form == NormalizationForm.FormC ? FirstCanonical : FirstCompatible;
        for (int codePoint = 0; codePoint < _flags.Length; codePoint++)
        {
            bool changing = _compose ? _tables.UnsafeComposed(codePoint, _compatibility) : _tables.Decomposes(codePoint, _compatibility);
            _flags[codePoint] = (byte)((changing ? Changing : 0) | (_tables.Class(codePoint) > 0 ? Combining : 0));
        }
    }

    /// <inheritdoc/>
    public override bool Changes(ReadOnlySpan<char> text)
    {
        int first = text.IndexOfAnyExceptInRange('\0', (char)(_first - 1));
        return first >= 0 && NextUnsafe(text, first, out _) < text.Length;
    }

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<char> text, TextBuffer output)
    {
        var points = new IdBuffer();
        int done = 0;
        while (done < text.Length)
        {
            int found = NextUnsafe(text, done, out int start);
            if (found == text.Length)
                break;

            int end = NextBoundary(text, found);
            output.Append(text[done..start]);
            Normalize(text[start..end], points, output);
            done = end;
        }

        output.Append(text[done..]);
    }

    private byte Flags(int codePoint) => codePoint < NormalizationTables.End ? _flags[codePoint] : (byte)0;

    /// <summary>Finds the next character that may change, and where the stretch that it belongs to starts.</summary>
    private int NextUnsafe(ReadOnlySpan<char> text, int from, out int start)
    {
        start = from;
        int previousClass = 0;
        for (int index = from, length; index < text.Length; index += length)
        {
            int codePoint = CodePoints.At(text, index, out length);
            byte flags = codePoint < _first ? (byte)0 : Flags(codePoint);
            if ((flags & Changing) != 0)
                return index;
            int combiningClass = flags == 0 ? 0 : _tables.Class(codePoint);
            if (combiningClass == 0)
                start = index;
            else if (combiningClass < previousClass)
                return index;
            previousClass = combiningClass;
        }

        return text.Length;
    }

    /// <summary>Where the next character behind starts that neither changes nor combines.</summary>
    private int NextBoundary(ReadOnlySpan<char> text, int index)
    {
        CodePoints.At(text, index, out int length);
        for (index += length; index < text.Length; index += length)
        {
            if (Flags(CodePoints.At(text, index, out length)) == 0)
                break;
        }

        return index;
    }

    private void Normalize(ReadOnlySpan<char> text, IdBuffer points, TextBuffer output)
    {
        points.Clear();
        for (int index = 0, length; index < text.Length; index += length)
            _tables.Decompose(CodePoints.At(text, index, out length), _compatibility, points);
        Order(points.Span);
        Span<int> normal = _compose ? points.Span[..Compose(points.Span)] : points.Span;
        foreach (int codePoint in normal)
            output.AppendCodePoint(codePoint);
    }

    /// <summary>Sorts runs of combining characters by their class, equal ones in the order they came.</summary>
    private void Order(Span<int> points)
    {
        for (int i = 1; i < points.Length; i++)
        {
            int point = points[i];
            int combiningClass = _tables.Class(point);
            int at = i;
            while (combiningClass > 0 && at > 0 && _tables.Class(points[at - 1]) > combiningClass)
            {
                points[at] = points[at - 1];
                at--;
            }

            points[at] = point;
        }
    }

    /// <summary>Composes each starter with what follows it and is not blocked.</summary>
    private int Compose(Span<int> points)
    {
        int starter = -1;
        int written = 0;
        int lastClass = 0;
        foreach (int point in points)
        {
            int combiningClass = _tables.Class(point);
            bool adjacent = starter >= 0 && starter == written - 1;
            bool reachable = starter >= 0 && (adjacent || (lastClass < combiningClass && lastClass > 0));
            if (reachable && _tables.Compose(points[starter], point) is >= 0 and int composed)
            {
                points[starter] = composed;
                continue;
            }

            if (combiningClass == 0)
                starter = written;
            lastClass = combiningClass;
            points[written++] = point;
        }

        return written;
    }
}
