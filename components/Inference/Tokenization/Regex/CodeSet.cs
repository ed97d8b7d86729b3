using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Regex;

/// <summary>A set of code points, as a class of a regular expression describes it. Immutable.</summary>
internal sealed class CodeSet
{
    private readonly Func<int, bool> _contains;
    private readonly UInt128 _ascii;

    /// <summary>The code points for which the function is true.</summary>
    public CodeSet(Func<int, bool> contains)
    {
        _contains = contains;
        for (int codePoint = 0; codePoint < 128; codePoint++)
        {
            if (contains(codePoint))
                _ascii |= UInt128.One << codePoint;
        }
    }

    /// <summary>All from one code point to another.</summary>
    public static CodeSet Range(int first, int last) => new(codePoint => codePoint >= first && codePoint <= last);

    /// <summary>All of the given general categories: a mask of <see cref="CodePoints"/>.</summary>
    public static CodeSet Kinds(uint mask) => new(codePoint => CodePoints.Is(codePoint, mask));

    /// <summary>Those of any of the sets.</summary>
    public static CodeSet Union(IReadOnlyList<CodeSet> sets) => sets.Count == 1 ? sets[0] : new CodeSet(codePoint => sets.Any(set => set.Contains(codePoint)));

    /// <summary>Those of both sets.</summary>
    public CodeSet And(CodeSet other) => new(codePoint => Contains(codePoint) && other.Contains(codePoint));

    /// <summary>All others.</summary>
    public CodeSet Not() => new(codePoint => !Contains(codePoint));

    /// <summary>Whether the code point belongs to the set.</summary>
    public bool Contains(int codePoint) =>
        codePoint < 128 ? (_ascii >> codePoint & UInt128.One) != UInt128.Zero : _contains(codePoint);
}
