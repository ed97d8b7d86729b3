using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Bpe;

/// <summary>What one thread needs to run a <see cref="BpeModel"/>: the cache of words and memory to work in.</summary>
internal sealed class BpeScratch(MergeTable merges)
{
    /// <summary>Words seen before.</summary>
    public WordCache Cache { get; } = new();

    /// <summary>The merging itself.</summary>
    public Merger Merger { get; } = new(merges);

    /// <summary>A word in the model's alphabet.</summary>
    public TextBuffer Characters { get; } = new();

    /// <summary>The symbols of a word, then its tokens.</summary>
    public IdBuffer Symbols { get; } = new();
}
