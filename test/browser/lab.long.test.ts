// JupyterLab with nothing beside it: how long Stop takes there.
import "./lab.test";
