type Kind<Element> = new () => Element;

/** The one element that the page has to have. */
export function find<Found extends HTMLElement>(
  selector: string,
  kind: Kind<Found>,
  within: ParentNode = document,
): Found {
  const [element] = findAll(selector, kind, within);
  if (element === undefined) throw new Error(`The page has no ${selector}.`);
  return element;
}

export function findAll<Found extends HTMLElement>(
  selector: string,
  kind: Kind<Found>,
  within: ParentNode = document,
): readonly Found[] {
  return [...within.querySelectorAll(selector)].filter((element): element is Found => element instanceof kind);
}
