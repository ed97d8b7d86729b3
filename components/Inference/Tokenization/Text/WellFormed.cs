namespace Serverless.Inference.Tokenization.Text;

/// <summary>Makes text well-formed UTF-16: a surrogate without its partner becomes U+FFFD, as in a conversion to UTF-8.</summary>
internal static class WellFormed
{
    /// <summary>The text itself if it is well-formed (the usual case, found by a vectorised search), else a repaired copy.</summary>
    public static string Of(string text)
    {
        int broken = FirstLoneSurrogate(text);
        if (broken < 0)
            return text;

        char[] chars = text.ToCharArray();
        while (broken >= 0)
        {
            chars[broken] = '\uFFFD';
            int next = FirstLoneSurrogate(chars.AsSpan(broken + 1));
            broken = next < 0 ? -1 : broken + 1 + next;
        }

        return new string(chars);
    }

    private static int FirstLoneSurrogate(ReadOnlySpan<char> text)
    {
        int index = 0;
        while (true)
        {
            int next = text[index..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
                return -1;

            index += next;
            if (!char.IsHighSurrogate(text[index]) || index + 1 >= text.Length || !char.IsLowSurrogate(text[index + 1]))
                return index;
            index += 2;
        }
    }
}
