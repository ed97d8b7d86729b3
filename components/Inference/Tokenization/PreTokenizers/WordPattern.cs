using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary><c>\w+|[^\w\s]+</c>: runs of word characters, and runs of what is neither that nor white space.</summary>
internal sealed class WordPattern : TextPattern
{
    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        start = Runs.Of(text, from, CodePoints.Space);
        end = start;
        if (start == text.Length)
            return false;

        bool word = CodePoints.IsWord(CodePoints.At(text, start, out _));
        while (end < text.Length)
        {
            int codePoint = CodePoints.At(text, end, out int length);
            if (CodePoints.Is(codePoint, CodePoints.Space) || CodePoints.IsWord(codePoint) != word)
                break;
            end += length;
        }

        return true;
    }
}
