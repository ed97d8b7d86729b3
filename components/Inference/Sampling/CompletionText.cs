using System.Text;
using Serverless.Inference.Tokenization;

namespace Serverless.Inference.Sampling;

/// <summary>The text of one completion as its tokens come: whole characters only, up to the stop string.</summary>
internal sealed class CompletionText(IncrementalDecoder decoder, SamplingParams sampling)
{
    private readonly StringBuilder text = new();
    private readonly StopStrings? stops = sampling.Stop.Count > 0 ? new StopStrings(sampling.Stop, sampling.IncludeStopStrInOutput) : null;
    private int tokens;
    private bool isFlushed;

    /// <summary>Whether a stop string was found.</summary>
    public bool IsStopped => stops is { IsStopped: true };

    /// <summary>Takes a token and returns the text that is certain by now.</summary>
    /// <param name="token">The token.</param>
    /// <param name="isEnd">Whether it is one that ends the completion; its text counts like a stop string.</param>
    public string Push(int token, bool isEnd)
    {
        tokens++;
        if (isEnd && !sampling.IncludeStopStrInOutput) return "";
        return Keep(Filter(decoder.Push(token)));
    }

    /// <summary>Ends the text and returns what had been held back; nothing when it has ended already.</summary>
    public string Flush()
    {
        if (isFlushed) return "";
        isFlushed = true;
        string rest = Filter(decoder.Flush());
        if (stops is { IsStopped: false }) rest += stops.Flush();
        return Keep(rest);
    }

    /// <summary>All text so far.</summary>
    public override string ToString() => text.ToString();

    private string Filter(string piece) => stops is null ? piece : stops.Push(piece, tokens > sampling.MinTokens);

    private string Keep(string piece)
    {
        text.Append(piece);
        return piece;
    }
}
