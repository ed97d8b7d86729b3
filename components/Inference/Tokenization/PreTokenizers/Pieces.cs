using System.Runtime.CompilerServices;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>Places in a text, in order; empty ones are left out.</summary>
internal sealed class Pieces
{
    private (int Start, int End)[] _pieces = new (int, int)[64];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The places; valid until the next change.</summary>
    public ReadOnlySpan<(int Start, int End)> Span => _pieces.AsSpan(0, Count);

    /// <summary>Forgets them.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a place, unless it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int start, int end)
    {
        if (start == end)
            return;
        if (Count == _pieces.Length)
            Array.Resize(ref _pieces, Count * 2);
        _pieces[Count++] = (start, end);
    }

    /// <summary>Lets the last place end later.</summary>
    public void ExtendLast(int end) => _pieces[Count - 1].End = end;
}
