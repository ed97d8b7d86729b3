using Serverless.Inference.Tokenization.AddedTokens;
using Serverless.Inference.Tokenization.Bpe;
using Serverless.Inference.Tokenization.Decoders;
using Serverless.Inference.Tokenization.Normalizers;
using Serverless.Inference.Tokenization.PostProcessors;
using Serverless.Inference.Tokenization.PreTokenizers;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Everything that a tokenizer.json describes.</summary>
internal sealed record TokenizerParts(
    IReadOnlyList<AddedToken> AddedTokens,
    NormalizerChain Normalizer,
    PreTokenizerChain PreTokenizer,
    BpeModel Model,
    Template Template,
    DecoderSpec[] Decoders);
