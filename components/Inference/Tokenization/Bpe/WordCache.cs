using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Inference.Tokenization.Bpe;

/// <summary>
/// Remembers the tokens of words. Bounded: when it is full it starts again from nothing, which follows a change of text
/// better than keeping the first words for ever. Not thread-safe; every thread at work has its own.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer words are not remembered: they hardly come twice.</summary>
    public const int LongestWord = 64;

    private const int MostWords = 1 << 16;
    private readonly Text.TextBuffer _keys = new();
    private readonly Text.IdBuffer _ids = new();
    private Entry[] _entries = new Entry[1 << 10];
    private int _count;

    /// <summary>Finds a word of at most <see cref="LongestWord"/> characters.</summary>
    /// <param name="word">The word.</param>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    /// <param name="ids">Its tokens; valid until the next change.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(ReadOnlySpan<char> word, ulong hash, out ReadOnlySpan<int> ids)
    {
        Entry[] entries = _entries;
        int index = (int)(hash >> 40);
        while (true)
        {
            ref Entry entry = ref entries[index & entries.Length - 1];
            if (entry.KeyLength == 0)
            {
                ids = default;
                return false;
            }

            if (entry.Hash == hash && word.SequenceEqual(_keys.Span.Slice(entry.KeyStart, entry.KeyLength)))
            {
                ids = _ids.Span.Slice(entry.IdStart, entry.IdCount);
                return true;
            }

            index++;
        }
    }

    /// <summary>Remembers a word that is not there yet.</summary>
    public void Add(ReadOnlySpan<char> word, ulong hash, ReadOnlySpan<int> ids)
    {
        if (_count >= MostWords)
            Clear();
        else if (_count * 2 >= _entries.Length)
            Grow();

        Put(_entries, new Entry { Hash = hash, KeyStart = _keys.Length, KeyLength = word.Length, IdStart = _ids.Count, IdCount = ids.Length });
        _keys.Append(word);
        _ids.Add(ids);
        _count++;
    }

    /// <summary>A 64-bit hash of the word's characters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ReadOnlySpan<char> word)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)word.Length * Prime;
        ref byte start = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(word));
        int bytes = word.Length * 2;
        int offset = 0;
        for (; offset + 8 <= bytes; offset += 8)
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset)));
        ulong tail = 0;
        for (int index = offset / 2; index < word.Length; index++)
            tail = tail << 16 | word[index];
        return Mix(hash ^ tail);

        static ulong Mix(ulong value)
        {
            value *= Prime;
            return value ^ value >> 29;
        }
    }

    private void Grow()
    {
        var larger = new Entry[_entries.Length * 2];
        foreach (Entry entry in _entries)
        {
            if (entry.KeyLength > 0)
                Put(larger, entry);
        }

        _entries = larger;
    }

    private void Clear()
    {
        Array.Clear(_entries);
        _keys.Clear();
        _ids.Clear();
        _count = 0;
    }

    private static void Put(Entry[] entries, Entry entry)
    {
        int index = (int)(entry.Hash >> 40);
        while (entries[index & entries.Length - 1].KeyLength != 0)
            index++;
        entries[index & entries.Length - 1] = entry;
    }

    private struct Entry
    {
        public ulong Hash;
        public int KeyStart;
        public int KeyLength;
        public int IdStart;
        public int IdCount;
    }
}
