namespace Serverless.Inference.Loading.Hub;

/// <summary>How far a download is. Reported about once a megabyte and at the end of each file.</summary>
/// <param name="File">The file that moved.</param>
/// <param name="Bytes">Bytes of all files that are here, including those that were here before.</param>
/// <param name="TotalBytes">Bytes of all files that the model needs.</param>
public readonly record struct DownloadProgress(string File, long Bytes, long TotalBytes);
