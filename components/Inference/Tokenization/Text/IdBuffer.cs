using System.Runtime.CompilerServices;

namespace Serverless.Inference.Tokenization.Text;

/// <summary>A growing run of integers (token ids, ends of pieces) that keeps its memory from one use to the next.</summary>
internal sealed class IdBuffer
{
    private int[] _ids = new int[256];

    /// <summary>Integers held.</summary>
    public int Count { get; private set; }

    /// <summary>The integers; valid until the next change.</summary>
    public Span<int> Span => _ids.AsSpan(0, Count);

    /// <summary>Forgets the integers.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int id)
    {
        if (Count == _ids.Length)
            Grow(1);
        _ids[Count++] = id;
    }

    /// <summary>Adds a run.</summary>
    public void Add(ReadOnlySpan<int> ids)
    {
        if (ids.Length > _ids.Length - Count)
            Grow(ids.Length);
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    private void Grow(int more) => Array.Resize(ref _ids, Math.Max(_ids.Length * 2, checked(Count + more)));
}
