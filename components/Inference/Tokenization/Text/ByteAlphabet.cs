using System.Text;

namespace Serverless.Inference.Tokenization.Text;

/// <summary>
/// The 256 printable characters that byte-level vocabularies are written in (GPT-2): printable Latin-1 stands for itself,
/// the other bytes follow from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_chars = BuildChars();
    private static readonly short[] s_bytes = BuildBytes();

    /// <summary>The byte that a character stands for, or -1.</summary>
    public static int ByteOf(char value) => value < s_bytes.Length ? s_bytes[value] : -1;

    /// <summary>Adds the UTF-8 bytes of well-formed text, each as its character.</summary>
    public static void Append(ReadOnlySpan<char> text, TextBuffer output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                output.Append(s_chars[rune.Value]);
                continue;
            }

            int count = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < count; i++)
                output.Append(s_chars[utf8[i]]);
        }
    }

    private static char[] BuildChars()
    {
        var chars = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            chars[value] = (char)(printable ? value : next++);
        }

        return chars;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[512];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
            bytes[s_chars[value]] = (short)value;
        return bytes;
    }
}
