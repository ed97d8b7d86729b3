using Serverless.Inference.Tokenization.Bpe;
using Serverless.Inference.Tokenization.PreTokenizers;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization;

/// <summary>What one call of <see cref="Tokenizer.Encode"/> works in; kept from call to call, used by one thread at a time.</summary>
internal sealed class TokenizerScratch(MergeTable merges)
{
    /// <summary>The tokens so far.</summary>
    public IdBuffer Ids { get; } = new();

    /// <summary>Two buffers for normalisation.</summary>
    public (TextBuffer First, TextBuffer Second) Normalized { get; } = (new(), new());

    /// <summary>For cutting.</summary>
    public PreTokenizerScratch Pieces { get; } = new();

    /// <summary>For the model, with its cache of words.</summary>
    public BpeScratch Model { get; } = new(merges);
}
