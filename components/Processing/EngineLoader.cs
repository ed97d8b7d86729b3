using Serverless.Inference;

namespace Serverless.Processing;

/// <summary>Loads a model and gives an engine that runs it; the caller disposes of it.</summary>
/// <param name="options">Which model, and how to run it.</param>
/// <param name="cancellationToken">Stops loading.</param>
public delegate Task<IGenerationEngine> EngineLoader(EngineOptions options, CancellationToken cancellationToken);

/// <summary>Names the exact content of a model, so that a changed model is another job.</summary>
/// <param name="modelSource">A folder, <c>hf://org/name[@revision]</c>, or <c>az://container/path</c>.</param>
/// <param name="cancellationToken">Stops it.</param>
public delegate Task<string> ModelRevision(string modelSource, CancellationToken cancellationToken);
