using System.Runtime.CompilerServices;

namespace Serverless.Inference.Tokenization.Text;

/// <summary>A growing run of characters that keeps its memory from one use to the next.</summary>
internal sealed class TextBuffer
{
    private char[] _chars = new char[256];

    /// <summary>Characters held.</summary>
    public int Length { get; private set; }

    /// <summary>The characters; valid until the next change.</summary>
    public ReadOnlySpan<char> Span => _chars.AsSpan(0, Length);

    /// <summary>Forgets the characters.</summary>
    public void Clear() => Length = 0;

    /// <summary>Adds one UTF-16 unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(char value)
    {
        if (Length == _chars.Length)
            Grow(1);
        _chars[Length++] = value;
    }

    /// <summary>Adds a run of characters.</summary>
    public void Append(ReadOnlySpan<char> value)
    {
        if (value.Length > _chars.Length - Length)
            Grow(value.Length);
        value.CopyTo(_chars.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>Adds one code point.</summary>
    public void AppendCodePoint(int codePoint)
    {
        if (codePoint < 0x10000)
        {
            Append((char)codePoint);
            return;
        }

        Append((char)(0xD7C0 + (codePoint >> 10)));
        Append((char)(0xDC00 | (codePoint & 0x3FF)));
    }

    private void Grow(int more) => Array.Resize(ref _chars, Math.Max(_chars.Length * 2, checked(Length + more)));
}
